// Lists and plans with 1,000 volumes and 5,000 snapshots on the file system.
import { command } from '@salvage-kit/testbed'
import { entrants } from './btrfs-entrants.ts'
import type { OurPlugin } from './btrfs-ours.ts'
import { call } from './btrfs-yard.ts'
import type { Yard } from './btrfs-yard.ts'
import { contest } from './contest.ts'

const PATTERN = '4h:1d:2w:2y'
const SNAPSHOT_LIST = 'btrfs subvolume list -o -u -R -q'

/** `VolumeDriver.List` as the engine calls it. */
export async function listVolumes(place: Yard, plugin: OurPlugin, rounds: number): Promise<void> {
  await contest(
    'List of 1,000 volumes, 5,000 snapshots around',
    { mostMs: 50 },
    entrants(place, plugin, {
      bare: { 'btrfs subvolume list -o': async () => command('btrfs', ['subvolume', 'list', '-o', place.volumes]) },
      ask: async (socket) => call(socket, '/VolumeDriver.List'),
      originalRounds: 1,
    }),
    rounds,
  )
}

/** All snapshots of one volume. */
export async function listSnapshots(place: Yard, plugin: OurPlugin, rounds: number): Promise<void> {
  await contest(
    'list of 5,000 snapshots',
    { overMs: 15 },
    entrants(place, plugin, {
      bare: { [SNAPSHOT_LIST]: async () => listed(place) },
      ask: async (socket) => call(socket, '/VolumeDriver.Snapshot.List/old', {}, 'GET'),
      words: ['snapshots', 'old'],
    }),
    rounds,
  )
}

/** What a purge of 5,000 snapshots would delete. */
export async function purgePlan(place: Yard, plugin: OurPlugin, rounds: number): Promise<void> {
  await contest(
    'purge plan over 5,000 snapshots',
    { overMs: 15 },
    entrants(place, plugin, {
      bare: { [SNAPSHOT_LIST]: async () => listed(place) },
      ask: async (socket) =>
        call(socket, '/VolumeDriver.Snapshots.Purge', { Name: 'old', Pattern: PATTERN, Dryrun: true }),
      words: ['purge', '--dry-run', PATTERN, 'old'],
      originalWords: ['purge', '--dryrun', PATTERN, 'old'],
    }),
    rounds,
  )
}

async function listed({ snapshots }: Yard): Promise<void> {
  await command('btrfs', ['subvolume', 'list', '-o', '-u', '-R', '-q', snapshots])
}
