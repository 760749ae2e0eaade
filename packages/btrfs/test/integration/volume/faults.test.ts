import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { cloneVolume } from '../../../src/volume/clone-volume.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { listVolumes } from '../../../src/volume/list-volumes.ts'
import { purgeVolume } from '../../../src/volume/purge-volume.ts'
import { removeSnapshots } from '../../../src/volume/remove-snapshots.ts'
import { removeVolume } from '../../../src/volume/remove-volume.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { usageOf } from '../../../src/volume/usage.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

/** Fills data, then metadata with snapshots, until not one more fits. */
const FILL = `cd "$1"
mkdir "$2"
dd if=/dev/zero of=big bs=1M 2>/dev/null
i=0
while btrfs -q subvolume snapshot -r . "$2/$i" 2>/dev/null; do i=$((i+1)); [ $i -lt 20000 ] || exit 1; done`

async function expectClean(there: Ground, volumes: readonly string[]): Promise<void> {
  expect(await there.rig.journal.pending()).toEqual([])
  expect(readdirSync(there.settings.volumesPath).toSorted()).toEqual(volumes)
}

describe.skipIf(!part('btrfs').available)('on a full disk', () => {
  it('a snapshot and a restore fail with the reason, and leave what was there; removing still works', async () => {
    await using there = await ground(160)
    await createVolume(there, 'fill', never)
    await createVolume(there, 'v', never)
    await there.write('v', 'one')
    const { snapshot } = await snapshotVolume(there, 'v', never)
    await there.write('v', 'two')
    const filler = join(there.root, 'filler')
    await command('sh', ['-c', FILL, 'sh', there.volume('fill'), filler])
    const full = { code: 'BTRFS.NO_SPACE', hint: expect.stringContaining('purge') }

    await expect(snapshotVolume(there, 'v', never)).rejects.toMatchObject(full)
    await expect(cloneVolume(there, 'v', 'n', never)).rejects.toMatchObject(full)
    await expect(createVolume(there, 'n', { ...never, compression: 'zstd' })).rejects.toMatchObject(full)
    await expect(restoreVolume(there, snapshot, never)).rejects.toMatchObject(full)
    expect(await there.read('v')).toBe('two')
    await expectClean(there, ['fill', 'v'])
    expect(await recover(there.rig, never)).toMatchObject({ undone: 0, stuck: [] })
    expect(await listSnapshots(there.settings, { ...never, volume: 'v' })).toMatchObject([{ name: snapshot }])

    // Room for one cut more or less: a restore comes to its end, or changes nothing.
    let failed = 0
    const cuts = readdirSync(filler).map((name) => join(filler, name))
    for (let first = 0; first < cuts.length; first += 20) {
      await command('btrfs', ['subvolume', 'delete', '--commit-after', ...cuts.slice(first, first + 20)])
      await command('btrfs', ['subvolume', 'sync', there.root])
      const restored = await restoreVolume(there, snapshot, never).catch((error: unknown) => error)
      if (restored instanceof Error) failed += 1
      if (restored instanceof Error) expect(restored).toMatchObject(full)
      expect(await there.read('v')).toBe(restored instanceof Error ? 'two' : 'one')
      await expectClean(there, ['fill', 'v'])
      if (!(restored instanceof Error)) break
    }
    console.log(`${String(failed)} restores were refused while the disk got room`)
    expect(await there.read('v')).toBe('one')

    await purgeVolume(there, 'v', { ...never, verdicts: [{ name: snapshot, keep: false }] })
    expect(await listSnapshots(there.settings, { ...never, volume: 'v' })).not.toContainEqual(snapshot)
    await removeVolume(there, 'fill', never)
  })
})

describe.skipIf(!part('btrfs').available)('on a read-only file system', () => {
  it('every verb that changes something says so, and the others answer', async () => {
    await using there = await ground(160)
    await createVolume(there, 'v', never)
    await there.write('v', 'one')
    const { snapshot } = await snapshotVolume(there, 'v', never)
    await command('mount', ['-o', 'remount,ro', there.root])
    const refused = { code: 'BTRFS.READ_ONLY', hint: expect.stringMatching(/./) }
    await expect(createVolume(there, 'n', never)).rejects.toMatchObject(refused)
    await expect(createVolume(there, 'n', { ...never, compression: 'zstd' })).rejects.toMatchObject(refused)
    await expect(snapshotVolume(there, 'v', never)).rejects.toMatchObject(refused)
    await expect(cloneVolume(there, 'v', 'n', never)).rejects.toMatchObject(refused)
    await expect(restoreVolume(there, snapshot, never)).rejects.toMatchObject(refused)
    await expect(removeSnapshots(there, [snapshot], never)).rejects.toMatchObject(refused)
    await expect(removeVolume(there, 'v', never)).rejects.toMatchObject(refused)
    const verdicts = [{ name: snapshot, keep: false }]
    expect(await purgeVolume(there, 'v', { ...never, verdicts })).toMatchObject({
      removed: [],
      failed: [{ name: snapshot, failure: { code: 'BTRFS.READ_ONLY' } }],
    })
    expect(await listVolumes(there.settings, never)).toEqual(['v'])
    expect(await listSnapshots(there.settings, never)).toMatchObject([{ name: snapshot, kind: 'snapshot' }])
    expect(await usageOf(there.settings, ['v'], never)).toMatchObject([{ volume: 'v' }])
    expect(await there.read('v')).toBe('one')
    await expectClean(there, ['v'])
  })
})
