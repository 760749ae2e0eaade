import { describe, expect, test } from 'vitest'
import { shows } from './seen-mounts.ts'

const MOUNTINFO = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw',
  '90 22 0:40 / /var/lib/butter\\040volume rw shared:9 - btrfs /dev/loop0 rw',
  '91 22 0:40 /volumes/web /data rw shared:9 - btrfs /dev/loop0 rw',
  '92 22 0:40 /volumes/gone//deleted /old rw - btrfs /dev/loop0 rw',
  '93 22 0:40 /volumes/a\\040b/sub /sub rw - btrfs /dev/loop0 rw',
  '94 22 0:41 /volumes/other /other rw - btrfs /dev/loop1 rw',
].join('\n')

describe('what a mount namespace shows', () => {
  test.each([
    ['/volumes/web', true],
    ['/volumes/gone', true],
    ['/volumes/a b', true],
    ['/volumes/w', false],
    ['/volumes/web2', false],
    ['/volumes/other', false],
    ['/volumes', true],
  ])('%s: %s', (root, expected) => {
    expect(shows(MOUNTINFO, '0:40', root)).toBe(expected)
  })

  test('the mount of the whole file system is no mount of a volume', () => {
    expect(shows(MOUNTINFO.split('\n').slice(0, 2).join('\n'), '0:40', '/volumes/web')).toBe(false)
  })
})
