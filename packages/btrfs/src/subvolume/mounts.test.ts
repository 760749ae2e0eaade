import { expect, test } from 'vitest'
import { mountAbove, parseMounts } from './mounts.ts'

const MOUNTS = parseMounts(
  [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw',
    '90 22 0:40 / /var/lib/butter\\040volume rw shared:9 - btrfs /dev/loop0 rw',
    '91 22 0:40 /volumes/web /data rw shared:9 - btrfs /dev/loop0 rw',
  ].join('\n'),
)

test.each([
  ['/var/lib/butter volume/volumes/web', '0:40'],
  ['/var/lib/butter', '254:0'],
  ['/data', '0:40'],
])('the mount of %s is the nearest above', (path, device) => {
  expect(mountAbove(MOUNTS, path)?.device).toBe(device)
  expect(mountAbove([], path)).toBeUndefined()
})
