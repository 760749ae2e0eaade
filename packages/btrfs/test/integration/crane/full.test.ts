import { randomBytes } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiftRef } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { sweepCuts } from '../../../src/snapshotter/sweep.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available)('a store of streams', () => {
  it('that is full says so, and keeps nothing of what did not fit', async () => {
    await using yard = await craneYard(rawCrane, { kind: 'btrfs-raw', over: 'local' })
    await mkdir(yard.directory)
    await command('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', yard.directory])
    try {
      await writeFile(join(yard.volume, 'much'), randomBytes(8_000_000))
      const ref: LiftRef = {
        id: '20261121t080000z-000001-1',
        runId: '20261121t080000z-000001',
        target: 'docker:v',
        store: yard.store,
        at: '2026-11-21T08:00:00.000Z',
        machine: 'here',
      }
      await expect(yard.crane.lift(ref, yard.source, { signal })).rejects.toMatchObject({ code: 'STORE.FULL' })
      await yard.crane.clear(ref, { signal })
      await yard.crane.archives?.withdraw(ref, { signal })
      expect(await Array.fromAsync(yard.crane.archives?.list(yard.store, { signal }) ?? [])).toEqual([])
      expect(await yard.leftovers()).toEqual([])
    } finally {
      await command('umount', [yard.directory])
    }
  })

  it('what a dead restore had unpacked is swept', async () => {
    await using yard = await craneYard(rawCrane, { kind: 'btrfs-raw', over: 'local' })
    const folder = join(yard.settings.snapshotsPath, '.salvage-kit/lowering/x')
    await mkdir(folder, { recursive: true })
    await command('btrfs', ['subvolume', 'snapshot', yard.volume, join(folder, 'v@1')])
    await writeFile(
      join(folder, 'owner.json'),
      JSON.stringify({ boot: 'before', space: 'pid:[1]', pid: 1, start: '1' }),
    )
    await sweepCuts(yard.settings.snapshotsPath, { signal })
    expect(await readdir(join(folder, '..'))).toEqual([])
  })
})
