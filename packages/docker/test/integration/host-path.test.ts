import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Volume } from '../../src/engine.ts'
import { hostPathOf } from '../../src/host-path.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

describe.skipIf(!DOCKER)('where the content of a volume can be read', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function made(...args: string[]): Promise<Volume> {
    const name = await on.cli('volume', 'create', ...args)
    const volume = await on.engine.inspectVolume(name, calm())
    if (volume === undefined) throw new Error(`no volume ${name}`)
    return volume
  }

  test('a plain volume: its mount point, also long after it was made and written to', async () => {
    const volume = await made('v1')
    expect(await hostPathOf(on.engine, volume, calm())).toBe(volume.mountpoint)
    await sleep(2100)
    await on.cli('run', '--rm', '--network=none', '-v', 'v1:/d', 'salvage-test/busybox', 'touch', '/d/a')
    expect(await hostPathOf(on.engine, volume, calm())).toBe(volume.mountpoint)
  })

  test('while an application makes and removes files in it', async () => {
    const volume = await made('v1')
    const busy = 'while :; do touch /d/a; rm /d/a; done'
    await on.cli('run', '-d', '--name=busy', '--network=none', '-v', 'v1:/d', 'salvage-test/busybox', 'sh', '-c', busy)
    for (let round = 0; round < 30; round += 1)
      expect(await hostPathOf(on.engine, volume, calm())).toBe(volume.mountpoint)
  })

  test('a volume with a device: nowhere', async () => {
    const volume = await made('--opt=type=tmpfs', '--opt=device=tmpfs', 'v1')
    expect(await hostPathOf(on.engine, volume, calm())).toBeUndefined()
  })

  test('a path that is another directory here than for the engine, or none: nowhere', async () => {
    const volume = await made('v1')
    for (const mountpoint of ['/not/here', '/', '/proc', '']) {
      const engine = { ...on.engine, inspectVolume: async () => ({ ...volume, mountpoint }) }
      expect(await hostPathOf(engine, { ...volume, mountpoint }, calm())).toBeUndefined()
    }
  })
})
