import { expect, test } from 'vitest'
import { readFarState } from './far-state.ts'

const LIST =
  'ID 257 gen 10 cgen 9 top level 5 parent_uuid -                                    received_uuid 0af4bfed-818b-0340-a27b-fb440ead8a6f uuid 566ecdc6-567d-6f46-bd15-0608dffe0438 path'

test('the snapshots are those in the directory itself, wherever the file system is mounted', () => {
  const state = readFarState([
    'directory /mnt/link',
    'real /mnt/b/s',
    '250 27 0:151 / /other rw,relatime - btrfs /dev/loop0 rw,subvolid=5,subvol=/',
    '45 27 0:39 /top /mnt/b rw,relatime - btrfs /dev/loop2 rw,subvolid=5,subvol=/top',
    `${LIST} top/s/v@1`,
    `${LIST} top/s/.salvage-kit/incoming/v@2/v@2`,
    `${LIST} top/volumes/v`,
  ])
  expect(state.directory).toBe('/mnt/link')
  expect(state.subvolumes).toMatchObject([{ name: 'v@1', receivedUuid: '0af4bfed-818b-0340-a27b-fb440ead8a6f' }])
})
