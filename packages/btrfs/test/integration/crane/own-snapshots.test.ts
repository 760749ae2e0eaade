import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiftRef } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import { btrfsStore } from '../../../src/crane/store.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()
const DAY = '2026-11-21T01:07:04.059893'

describe.skipIf(!part('btrfs').available)('snapshots of the plugin', () => {
  it('are listed in their own directory, but for markers and what is none', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    const at = (name: string): string => join(yard.settings.snapshotsPath, name)
    const cut = (name: string, ...flags: readonly string[]): Promise<string> =>
      command('btrfs', ['subvolume', 'snapshot', ...flags, yard.volume, at(name)])
    await cut(`v@${DAY}`, '-r')
    await cut(`v@${DAY}@far`, '-r')
    await cut('v@2026-11-22T01:07:04.059893')
    await cut('v@invalid', '-r')
    await mkdir(at('v@2026-11-23T01:07:04.059893'))
    const store = btrfsStore(yard.settings.snapshotsPath)
    const points = await Array.fromAsync(yard.crane.archives?.list(store, { signal }) ?? [])
    expect(points).toMatchObject([{ id: `v@${DAY}`, target: 'btrfs:v', state: 'good' }])
    expect(points[0]?.takenAt).toBe(new Date('2026-11-21T01:07:04.059').toISOString())
    const destination = await yard.destination()
    for (const point of points) {
      await yard.crane.archives?.check?.(point, store, { signal })
      await yard.crane.archives?.lower(point, store, destination, { signal })
    }
    await yard.compare(yard.source, destination)
    // Elsewhere a snapshot without a note is half made or half removed.
    await mkdir(yard.directory)
    const there = btrfsStore(join(yard.directory))
    await command('btrfs', ['subvolume', 'create', join(yard.directory, 'x')])
    await command('btrfs', ['subvolume', 'snapshot', '-r', join(yard.directory, 'x'), join(yard.directory, `v@${DAY}`)])
    expect(await Array.fromAsync(yard.crane.archives?.list(there, { signal }) ?? [])).toEqual([])
  })

  it('are sent under their own names, and sent again without a transfer', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    const path = join(yard.settings.snapshotsPath, `v@${DAY}`)
    await writeFile(join(yard.volume, 'more'), 'more')
    await command('btrfs', ['subvolume', 'snapshot', '-r', yard.volume, path])
    await yard.crane.preflight(yard.store, [], { signal, init: true })
    const ref = (serial: number): LiftRef => ({
      id: `20261121t080000z-00000${String(serial)}-1`,
      runId: `20261121t080000z-00000${String(serial)}`,
      target: 'btrfs:v',
      store: yard.store,
      at: '2026-11-21T08:00:00.000Z',
      machine: 'here',
    })
    const first = await yard.crane.lift(ref(1), { medium: 'directory', path }, { signal })
    const second = await yard.crane.lift(ref(2), { medium: 'directory', path }, { signal })
    expect([first.point.id, second.point.id]).toEqual([`v@${DAY}`, `v@${DAY}`])
    // Nothing but it stands here: it is its own parent for the next.
    expect(await readdir(yard.settings.snapshotsPath)).toEqual([`v@${DAY}`])
    // What the first one made is not the second one's to take back.
    await yard.crane.clear(ref(2), { signal })
    await yard.crane.archives?.withdraw(ref(2), { signal })
    expect(await Array.fromAsync(yard.crane.archives?.list(yard.store, { signal }) ?? [])).toHaveLength(1)
  })

  it('stay where another program brought them, when the run that found them there is taken back', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    const path = join(yard.settings.snapshotsPath, `v@${DAY}`)
    await command('btrfs', ['subvolume', 'snapshot', '-r', yard.volume, path])
    await yard.crane.preflight(yard.store, [], { signal, init: true })
    const [near, far] = [yard.settings.snapshotsPath, yard.directory]
    await command('sh', ['-c', 'btrfs send -q "$1" | btrfs receive -q "$2"', 'sh', path, far])
    // In its own directory it is a copy of itself.
    for (const [serial, store] of [yard.store, btrfsStore(near)].entries()) {
      const runId = `20261121t080000z-00000${String(serial)}`
      const at = '2026-11-21T08:00:00.000Z'
      const ref: LiftRef = { id: `${runId}-1`, runId, target: 'btrfs:v', store, at, machine: 'here' }
      const { point } = await yard.crane.lift(ref, { medium: 'directory', path }, { signal })
      expect(await Array.fromAsync(yard.crane.archives?.list(store, { signal }) ?? [])).toHaveLength(1)
      await yard.crane.clear(ref, { signal })
      await yard.crane.archives?.withdraw(ref, { signal })
      expect(point.id).toBe(`v@${DAY}`)
      for (const directory of [near, far])
        expect((await readdir(directory)).filter((name) => !name.startsWith('.'))).toEqual([`v@${DAY}`])
      const notes = await readdir(join(store === yard.store ? far : near, '.salvage-kit/points'))
      expect(notes).toEqual([])
    }
  })
})
