import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import type { StoreKind } from '../../../src/crane/store.ts'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available).each([
  ['btrfs', btrfsCrane],
  ['btrfs-raw', rawCrane],
] as const)('a source that nothing can be cut of, in %s', (kind: StoreKind, make) => {
  it('is refused before anything comes to rest, and taken again when it can', async () => {
    await using yard = await craneYard(make, { kind, over: 'local' })
    await command('mount', ['-o', 'remount,ro', yard.disk.path])
    const preflight = async (): Promise<void> => yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    await expect(preflight()).rejects.toMatchObject({ code: 'BTRFS.NO_HOME' })
    await command('mount', ['-o', 'remount,rw', yard.disk.path])
    await preflight()
  })
})
