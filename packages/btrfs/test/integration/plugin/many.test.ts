import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

  test('a thousand volumes beside five thousand snapshots', async () => {
    const { volumesPath, snapshotsPath } = bench.settings
    const volumes = Array.from({ length: 1000 }, (_, at) => join(volumesPath, `w${String(at)}`))
    execFileSync('xargs', ['-n', '1', '-P', '2', 'btrfs', 'subvolume', 'create'], { input: volumes.join('\n') })
    const cut = `for i in $(seq 5000); do echo subvolume snapshot -r ${volumesPath}/w1 "${snapshotsPath}/w1@2026-01-01T00:00:00.$(printf %06d $i)"; done | xargs -n 5 -P 2 btrfs >/dev/null`
    execFileSync('bash', ['-c', cut])
    const since = performance.now()
    const { body } = await bench.post('VolumeDriver.List', {})
    expect(body['Volumes']).toHaveLength(1000)
    await together([
      ['Create', { Name: 'another' }],
      ['Mount', { Name: 'w1', ID: 'x' }],
      ['Unmount', { Name: 'w1', ID: 'x' }],
    ])
    expect((await bench.post('VolumeDriver.Get', { Name: 'w1' })).body).toMatchObject({
      Volume: { Status: { Snapshots: 5000 } },
    })
    expect(performance.now() - since).toBeLessThan(5000)
  })
})
