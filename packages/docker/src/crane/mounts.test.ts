import { describe, expect, test } from 'vitest'
import { extraMounts } from './mounts.ts'

describe('extra mounts of a crane', () => {
  test('volumes and host paths, both writable, volumes filled from the image', () => {
    expect(extraMounts({ 'my.cache': '/cache/', '/srv//keys': '/root/.ssh' })).toEqual([
      { type: 'volume', name: 'my.cache', target: '/cache', readOnly: false, noCopy: false },
      { type: 'bind', source: '/srv/keys', target: '/root/.ssh', readOnly: false },
    ])
    expect(extraMounts({ aa: '/salvage/cache', bb: '/salvage-cache', cc: '/salvage/volumes' })).toHaveLength(3)
  })

  const refused: readonly [string, Record<string, string>][] = [
    ['the place of the volume', { aa: '/salvage/volume' }],
    ['the same, written otherwise', { aa: '/salvage/./x/../volume/' }],
    ['below the volume', { aa: '/salvage/volume/cache' }],
    ['the place of the metadata', { aa: '/salvage/meta' }],
    ['the metadata itself', { aa: '/salvage/meta/meta.json' }],
    ['around both', { aa: '/salvage' }],
    ['everything', { aa: '/' }],
    ['everything, written otherwise', { aa: '/..' }],
    ['a relative path', { aa: 'cache' }],
    ['an empty path', { aa: '' }],
    ['one path twice', { aa: '/x', bb: '/x/' }],
    ['a name that is none', { 'a b': '/x' }],
    ['a relative host path', { './data': '/x' }],
    ['no name', { '': '/x' }],
    ['a line feed in a host path', { '/a\nb': '/x' }],
  ]
  test.each(refused)('refuses %s', (_, mounts) => {
    expect(() => extraMounts(mounts)).toThrow(
      expect.objectContaining({ code: 'CRANE.MOUNT', hint: expect.any(String) }),
    )
  })

  test('refuses what hides a reserved path under the other name of /run', () => {
    const secrets = ['/run/secrets']
    for (const path of ['/run', '/var/run', '/var/run/secrets/x'])
      expect(() => extraMounts({ aa: path }, secrets)).toThrow(expect.objectContaining({ code: 'CRANE.MOUNT' }))
    expect(extraMounts({ aa: '/var/running', bb: '/run/lock' }, secrets)).toHaveLength(2)
  })
})
