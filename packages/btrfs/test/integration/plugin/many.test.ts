import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'

const NAMES = Array.from({ length: 50 }, (_, at) => `v${String(at)}`)

describe.skipIf(!part('btrfs').available)('many calls and many volumes', () => {
  let bench: PluginBench
  beforeAll(async () => {
    bench = await pluginBench({ megabytes: 1024 })
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  /** Asks all at once, and expects that each succeeds. */
  async function together(calls: readonly (readonly [verb: string, body: object])[]): Promise<void> {
    const answers = await Promise.all(calls.map(async ([verb, body]) => bench.post(`VolumeDriver.${verb}`, body)))
    expect(answers.map(({ err }) => err).filter((err) => err !== '')).toEqual([])
  }

  test('a hundred calls at once on fifty volumes', async () => {
    const twice = [...NAMES, ...NAMES]
    await together(twice.map((Name) => ['Create', { Name }]))
    expect(readdirSync(bench.settings.volumesPath).toSorted()).toEqual(NAMES.toSorted())
    await together(twice.map((Name, at) => ['Mount', { Name, ID: String(at) }]))
    await together(twice.map((Name, at) => [at % 2 === 0 ? 'Get' : 'Path', { Name }]))
    await together(twice.map((Name, at) => ['Unmount', { Name, ID: String(at) }]))
    await together(twice.map((Name) => ['Remove', { Name }]))
    expect(readdirSync(bench.settings.volumesPath)).toEqual([])
    expect(readdirSync(bench.settings.mountsPath)).toEqual([])
  })

  test('of mounts and removals at once on one volume one wins, wholly', async () => {
    for (let round = 0; round < 5; round += 1) {
      await together([['Create', { Name: 'a' }]])
      const [mounted, removed] = await Promise.all([
        bench.post('VolumeDriver.Mount', { Name: 'a', ID: 'x' }),
        bench.post('VolumeDriver.Remove', { Name: 'a' }),
      ])
      expect((mounted.err === '') !== (removed.err === '')).toBe(true)
      expect(readdirSync(bench.settings.volumesPath)).toHaveLength(mounted.err === '' ? 1 : 0)
      await together([['Unmount', { Name: 'a', ID: 'x' }]])
      await together([['Remove', { Name: 'a' }]])
    }
  })

  test('of mounts and restores at once a container never has what is exchanged', async () => {
    const { rig, settings } = bench
    const { signal } = new AbortController()
    const seen = { restored: 0, refused: 0 }
    const uuid = (): string =>
      execFileSync('btrfs', ['subvolume', 'show', join(settings.volumesPath, 'r')], { encoding: 'utf8' })
    await together([['Create', { Name: 'r' }]])
    const { snapshot } = await snapshotVolume({ rig, settings }, 'r', { signal })
    for (let round = 0; round < 16; round += 1) {
      const restoring = restoreVolume({ rig, settings }, snapshot, { signal }).then(
        () => 'restored' as const,
        () => 'refused' as const,
      )
      await delay(round)
      expect((await bench.post('VolumeDriver.Mount', { Name: 'r', ID: 'x' })).err).toBe('')
      const mounted = uuid()
      seen[await restoring] += 1
      expect(uuid()).toBe(mounted)
      await together([['Unmount', { Name: 'r', ID: 'x' }]])
    }
    expect(seen.restored).toBeGreaterThan(0)
    await together([['Remove', { Name: 'r' }]])
  })

  test('hundreds of volumes beside a thousand snapshots', async () => {
    const { volumesPath, snapshotsPath } = bench.settings
    const volumes = Array.from({ length: 300 }, (_, at) => join(volumesPath, `w${String(at)}`))
    execFileSync('xargs', ['-n', '1', '-P', '2', 'btrfs', 'subvolume', 'create'], { input: volumes.join('\n') })
    const cut = `for i in $(seq 1000); do echo subvolume snapshot -r ${volumesPath}/w1 "${snapshotsPath}/w1@2026-01-01T00:00:00.$(printf %06d $i)"; done | xargs -n 5 -P 2 btrfs >/dev/null`
    execFileSync('bash', ['-c', cut])
    const since = performance.now()
    const { body } = await bench.post('VolumeDriver.List', {})
    expect(body['Volumes']).toHaveLength(300)
    await together([
      ['Create', { Name: 'another' }],
      ['Mount', { Name: 'w1', ID: 'x' }],
      ['Unmount', { Name: 'w1', ID: 'x' }],
    ])
    expect((await bench.post('VolumeDriver.Get', { Name: 'w1' })).body).toMatchObject({
      Volume: { Status: { Snapshots: 1000 } },
    })
    expect(performance.now() - since).toBeLessThan(5000)
  })
})
