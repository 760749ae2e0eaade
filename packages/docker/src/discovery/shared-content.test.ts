import { expect, test } from 'vitest'
import type { Mount } from '../container.ts'
import type { Volume } from '../engine.ts'
import { boundDirectory, usedVolumes } from './shared-content.ts'

const volume = (name: string, driverOptions: Record<string, string> = {}, driver = 'local'): Volume => ({
  name,
  driver,
  mountpoint: `/v/${name}/_data`,
  labels: {},
  driverOptions,
})
const mounted = (name: string): Mount => ({
  type: 'volume',
  name,
  source: `/v/${name}/_data`,
  destination: '/x',
  writable: false,
})
const bind = (source: string): Mount => ({ type: 'bind', source, destination: '/x', writable: true })
const NFS = { type: 'nfs', device: ':/export', o: 'addr=10.0.0.1' }

test.each([
  ['a mounted volume, read-only', [mounted('a')], [volume('a'), volume('b')], ['a']],
  ['a volume that is gone', [mounted('z')], [volume('a')], []],
  ['a bind mount of its directory', [bind('/v/a/_data')], [volume('a'), volume('b')], ['a']],
  ['a bind mount below it', [bind('/v/a/_data/logs')], [volume('a'), volume('b')], ['a']],
  ['a bind mount beside it', [bind('/v/a/_database')], [volume('a')], []],
  ['a bind mount of a directory above', [bind('/v'), bind('/')], [volume('a')], []],
  [
    'a bind mount of what a volume binds',
    [bind('/srv/x')],
    [volume('a', { type: 'none', o: 'bind', device: '/srv/x' })],
    ['a'],
  ],
  [
    'the mount point of a volume with a device',
    [bind('/v/a/_data')],
    [volume('a', { type: 'none', o: 'bind', device: '/srv/x' })],
    [],
  ],
  ['two volumes of one export', [mounted('a')], [volume('a', NFS), volume('b', NFS), volume('c')], ['a', 'b']],
  [
    'two volumes of one directory',
    [bind('/srv/x')],
    [volume('a', { o: 'bind', device: '/srv/x' }), volume('b', { o: 'rbind,ro', device: '/srv/x' })],
    ['a', 'b'],
  ],
  [
    'two volumes in memory',
    [mounted('a')],
    [volume('a', { type: 'tmpfs', device: 'tmpfs' }), volume('b', { type: 'tmpfs', device: 'tmpfs' })],
    ['a'],
  ],
  [
    'volumes of a plugin',
    [mounted('a')],
    [volume('a', { device: 'x' }, 'plug'), volume('b', { device: 'x' }, 'plug')],
    ['a'],
  ],
])('%s', (_, mounts, volumes, used) => {
  expect([...usedVolumes({ mounts }, volumes)].toSorted()).toEqual(used)
})

test.each([
  [{ type: 'none', o: 'bind', device: '/srv/x' }, '/srv/x'],
  [{ type: 'none', o: 'ro,rbind', device: '/srv/x' }, '/srv/x'],
  [{ type: 'ext4', device: '/dev/sdb1' }, undefined],
  [{ o: 'bind', device: 'relative' }, undefined],
  [NFS, undefined],
  [{}, undefined],
])('the directory of %j', (options, directory) => {
  expect(boundDirectory(volume('a', options))).toBe(directory)
})
