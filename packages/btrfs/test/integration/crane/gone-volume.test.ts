import { readdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiftRef, TargetRef } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfs } from '../../../src/btrfs.ts'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import type { BtrfsSettings } from '../../../src/settings/settings.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()
const LONG_AGO = new Date(Date.now() - 31 * 24 * 60 * 60_000)

describe.skipIf(!part('btrfs').available)('what is kept here for the next copy', () => {
  it('goes a month after the last copy of a volume that is gone, and never of what nobody knows', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    const home = join(yard.settings.snapshotsPath, '.salvage-kit')
    let count = 0
    const lift = async (target: TargetRef): Promise<void> => {
      const runId = `20261101t080000z-${String((count += 1)).padStart(6, '0')}`
      const at = '2026-11-01T08:00:00.000Z'
      const ref: LiftRef = { id: `${runId}-1`, runId, target, machine: 'here', store: yard.store, at }
      await yard.crane.lift(ref, yard.source, { signal })
    }
    const kept = async (given: BtrfsSettings = yard.settings): Promise<number> => {
      await btrfs({ settings: given }).sweep?.({ signal })
      return (await readdir(join(home, 'parents'))).length
    }
    const age = async (): Promise<void> => {
      for (const name of await readdir(join(home, 'series')))
        await utimes(join(home, 'series', name), LONG_AGO, LONG_AGO)
    }
    // The volume of the yard has this name; nothing is known of the other target.
    await lift('docker:volume')
    await lift('docker:elsewhere')
    await age()
    expect(await kept()).toBe(2)
    await lift('docker:volume')
    await command('btrfs', ['subvolume', 'delete', yard.volume])
    expect(await kept()).toBe(2)
    await age()
    expect(await kept({ ...yard.settings, volumesPath: '/mnt' })).toBe(2)
    expect(await kept()).toBe(1)
    expect(await readdir(join(home, 'series'))).toEqual([])
  })
})
