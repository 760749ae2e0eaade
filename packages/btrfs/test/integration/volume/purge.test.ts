import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parsePattern } from '../../../src/retention/pattern.ts'
import { purgeVerdicts } from '../../../src/retention/verdicts.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { purgeVolume } from '../../../src/volume/purge-volume.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

describe.skipIf(!part('btrfs').available)('a purge', () => {
  let there: Ground
  let taken: string[]
  const now = new Date('2026-11-21T12:00:00')
  beforeAll(async () => {
    there = await ground()
    await createVolume(there, 'v', never)
    await createVolume(there, 'vv', never)
  })
  beforeEach(async () => {
    taken = []
    for (const hours of [50, 40, 30, 20, 10, 1]) {
      const host = there.at(new Date(now.getTime() - hours * 3_600_000))
      taken.push((await snapshotVolume(host, 'v', never)).snapshot)
    }
  })
  afterEach(async () => {
    for (const name of readdirSync(there.settings.snapshotsPath))
      if (name.includes('@')) await command('btrfs', ['subvolume', 'delete', there.snapshot(name)])
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })
  const left = (): readonly string[] => readdirSync(there.settings.snapshotsPath).filter((name) => name.includes('@'))

  it('removes what the verdicts of a pattern say, and nothing of another volume', async () => {
    await snapshotVolume(there, 'vv', never)
    const before = left()
    const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
    const candidates = listed.map(({ name, date }) => ({ name, ...(date === undefined ? {} : { time: date }) }))
    const { verdicts } = purgeVerdicts(candidates, parsePattern('25h'), now)
    expect(left()).toEqual(before)
    const { removed, failed } = await purgeVolume(there, 'v', { ...never, verdicts })
    expect(removed).toEqual(taken.slice(0, 3))
    expect(failed).toEqual([])
    expect(left().toSorted()).toEqual(before.filter((name) => !removed.includes(name)).toSorted())
  })

  it('takes one that cannot be removed for itself: the others go', async () => {
    const [, stubborn = ''] = taken
    const path = there.snapshot(stubborn)
    await command('btrfs', ['property', 'set', '-ts', path, 'ro', 'false'])
    await command('btrfs', ['subvolume', 'create', join(path, 'inner')])
    const verdicts = taken.map((name) => ({ name, keep: name === taken.at(-1) }))
    const { removed, failed } = await purgeVolume(there, 'v', { ...never, verdicts })
    expect(failed).toMatchObject([
      { name: stubborn, failure: { code: 'PURGE.NESTED', message: expect.stringContaining(stubborn) } },
    ])
    expect(removed).toEqual(taken.filter((name) => name !== stubborn && name !== taken.at(-1)))
    expect(left().toSorted()).toEqual([stubborn, taken.at(-1)])
    await command('btrfs', ['subvolume', 'delete', join(path, 'inner')])
  })

  it('leaves one that somebody else is using, and says so', async () => {
    const [busy = ''] = taken
    await using _lock = await there.rig.locks.acquire('a-run', [`btrfs:${busy}`])
    const verdicts = taken.map((name) => ({ name, keep: false }))
    const { removed, failed } = await purgeVolume(there, 'v', { ...never, verdicts })
    expect(failed).toMatchObject([{ name: busy, failure: { code: 'LOCK.BUSY' } }])
    expect(removed).toEqual(taken.slice(1))
  })

  it('counts one that somebody else removes at that moment as gone', async () => {
    const [busy = '', victim = ''] = taken
    using tools = temporaryDirectory()
    const btrfs = (await command('sh', ['-c', 'command -v btrfs'])).trim()
    const path = there.snapshot(victim)
    const script = `#!/bin/sh\n[ "$4" != '${path}' ] || ${btrfs} subvolume delete '${path}'\nexec ${btrfs} "$@"\n`
    writeFileSync(join(tools.path, 'btrfs'), script, { mode: 0o755 })
    // Then they go one by one.
    await using _lock = await there.rig.locks.acquire('a-run', [`btrfs:${busy}`])
    vi.stubEnv('PATH', `${tools.path}:${process.env['PATH'] ?? ''}`)
    const verdicts = taken.map((name) => ({ name, keep: false }))
    const { removed, failed } = await purgeVolume(there, 'v', { ...never, verdicts })
    vi.unstubAllEnvs()
    expect(failed.map(({ name }) => name)).toEqual([busy])
    expect(removed).toEqual(taken.slice(1))
  })

  it('of safety snapshots forgets their marks', async () => {
    const { safety = '' } = await restoreVolume(there, taken[0] ?? '', never)
    const marks = join(there.settings.snapshotsPath, '.salvage-kit', 'safety')
    expect(readdirSync(marks)).toEqual([safety])
    await purgeVolume(there, 'v', { ...never, verdicts: [{ name: safety, keep: false }] })
    expect(readdirSync(marks)).toEqual([])
  })

  it('takes no name of another volume, and none that leads elsewhere', async () => {
    const foreign = (await snapshotVolume(there, 'vv', never)).snapshot
    for (const name of [foreign, 'v@/../../volumes/v', 'v'])
      await expect(purgeVolume(there, 'v', { ...never, verdicts: [{ name, keep: false }] }), name).rejects.toThrow()
    expect(left()).toHaveLength(7)
  })
})
