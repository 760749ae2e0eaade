import { expect, test } from 'vitest'
import type { Volume } from './engine.ts'
import { dockerodeEngine } from './dockerode-engine.ts'
import { withVolumeRoots } from './volume-roots.ts'

test.each([
  ['btrfs', '/srv/volumes/v', true],
  ['btrfs', '/srv/volumes/v/deep', false],
  ['btrfs', '/srv/other/v', false],
  ['btrfs', '', false],
  ['local', '/srv/volumes/v', false],
])('a volume of the driver %s at %s is a bound directory: %s', async (driver, mountpoint, isBound) => {
  const volume: Volume = { name: 'v', driver, driverOptions: {}, mountpoint, labels: {} }
  const bare = {
    ...dockerodeEngine({ host: 'unix:///nowhere' }),
    listVolumes: async () => [volume],
    inspectVolume: async () => volume,
  }
  const engine = withVolumeRoots(bare, ['/srv/volumes/'])
  const { signal } = new AbortController()
  const expected = isBound
    ? { ...volume, driver: 'local', driverOptions: { type: 'none', o: 'bind', device: mountpoint } }
    : volume
  expect(await engine.listVolumes({ signal })).toEqual([expected])
  expect(await engine.inspectVolume('v', { signal })).toEqual(expected)
})
