// The short verbs of a volume: snapshot, clone, restore. What they leave is taken away outside of the figures.
import { join } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { entrants } from './btrfs-entrants.ts'
import type { OurPlugin } from './btrfs-ours.ts'
import { call, makeVolume, standing, timeText } from './btrfs-yard.ts'
import type { Yard } from './btrfs-yard.ts'
import { contest } from './contest.ts'

const AIM = { overMs: 15 } as const
/** Where the engine of a plugin's language is warm: both write programs that run for weeks. */
const PRACTICE = 60

/** Snapshot, clone and restore of a volume with 1,000 files. `around` says what else is on the file system. */
export async function shortVerbs(place: Yard, plugin: OurPlugin, around: string, rounds: number): Promise<void> {
  const { volumes, snapshots } = place
  const name = `short-${around}`
  const from = join(volumes, name)
  await makeVolume(from, 1000, 4_096_000)
  const base = `${name}@${timeText(30)}`
  await snapshot('-r', from, join(snapshots, base))
  const before = await standing(volumes, snapshots)
  const after = before.restore
  const now = join(snapshots, `${name}@${timeText(0)}`)
  await contest(
    `snapshot, 1,000 files, ${around}`,
    AIM,
    entrants(place, plugin, {
      bare: { 'btrfs subvolume snapshot -r': async () => snapshot('-r', from, now) },
      ask: async (socket) => call(socket, '/VolumeDriver.Snapshot', { Name: name }),
      words: ['snapshot', name],
      practice: PRACTICE,
      after,
    }),
    rounds,
  )
  await contest(
    `clone, 1,000 files, ${around}`,
    AIM,
    entrants(place, plugin, {
      bare: { 'btrfs subvolume snapshot': async () => snapshot(from, join(volumes, 'cloned')) },
      ask: async (socket) => call(socket, '/VolumeDriver.Clone', { Name: name, Target: 'cloned' }),
      words: ['clone', name, 'cloned'],
      practice: PRACTICE,
      after,
    }),
    rounds,
  )
  await contest(
    `restore, 1,000 files, ${around}`,
    AIM,
    entrants(place, plugin, {
      bare: {
        'btrfs subvolume snapshot -r; delete; snapshot': async () => {
          await snapshot('-r', from, now)
          await command('btrfs', ['subvolume', 'delete', from])
          await snapshot(join(snapshots, base), from)
        },
      },
      ask: async (socket) => call(socket, '/VolumeDriver.Snapshot.Restore', { Name: base }),
      words: ['restore', base],
      practice: PRACTICE,
      after,
    }),
    rounds,
  )
}

async function snapshot(...args: readonly string[]): Promise<void> {
  await command('btrfs', ['subvolume', 'snapshot', ...args])
}
