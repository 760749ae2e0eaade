import { join } from 'node:path'
import type { Crane, Finding, LiftRef } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import type { StoreKind } from '../../../src/crane/store.ts'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import type { BtrfsSettings } from '../../../src/settings/settings.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

/** One run has one time: `docker:web` and `btrfs:web`, or tides of two machines, want the same name at once. */
describe.skipIf(!part('btrfs').available).each([
  ['btrfs', btrfsCrane],
  ['btrfs-raw', rawCrane],
] as const)('copies of one name and time in %s', (kind: StoreKind, make) => {
  it('get names of their own, each as it was sent', async () => {
    await using yard = await craneYard(make, { kind, over: 'local' })
    const { archives } = yard.crane
    if (archives === undefined) throw new Error('it restores')
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    const other = join(yard.disk.path, 'other')
    await command('btrfs', ['subvolume', 'snapshot', yard.volume, other])
    const lifts = [
      { target: 'docker:web', machine: 'here', path: yard.volume },
      { target: 'btrfs:web', machine: 'here', path: other },
    ] as const
    const made = await Promise.all(
      lifts.map(async ({ target, machine, path }, index) => {
        const runId = `20261101t080000z-${String(index).padStart(6, '0')}`
        const ref: LiftRef = {
          id: `${runId}-1`,
          runId,
          target,
          machine,
          store: yard.store,
          at: '2026-11-01T08:00:00.000Z',
        }
        const { point } = await yard.crane.lift(ref, { medium: 'directory', path }, { signal })
        return point
      }),
    )
    expect(new Set(made.map(({ id }) => id)).size).toBe(lifts.length)
    const listed = await Array.fromAsync(archives.list(yard.store, { signal }))
    const ofId = new Map(listed.map(({ id, target }) => [id, target]))
    expect(ofId).toEqual(new Map(made.map(({ id, target }) => [id, target])))
    for (const point of listed) await archives.check?.(point, yard.store, { signal })
  })

  it('of two targets are two series: the first copy of each is no surprise', async () => {
    const warned: Finding[] = []
    const warning = (settings: BtrfsSettings): Crane => make(settings, (finding) => void warned.push(finding))
    await using yard = await craneYard(warning, { kind, over: 'local' })
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    const other = join(yard.disk.path, 'other')
    await command('btrfs', ['subvolume', 'create', other])
    for (const [day, target, path] of [
      ['01', 'docker:web', yard.volume],
      ['02', 'btrfs:web', other],
      ['03', 'btrfs:web', other],
    ] as const) {
      const runId = `202611${day}t080000z-c0ffee`
      const at = `2026-11-${day}T08:00:00.000Z`
      const ref: LiftRef = { id: `${runId}-1`, runId, target, machine: 'here', store: yard.store, at }
      await yard.crane.lift(ref, { medium: 'directory', path }, { signal })
    }
    expect(warned).toEqual([])
  })
})
