import type { Command } from 'commander'
import type { Load } from './program.ts'

/** Adds a command under another one. */
export type AddCommand = (parent: Command, name: string, description: string, load: Load) => Command

/** The verbs of BTRFS volumes, with the words and the order of arguments that buttervolume has. */
export function addVolumeCommands(program: Command, add: AddCommand): void {
  const volume = program
    .command('volume')
    .description('volumes on BTRFS: snapshots, copies, schedule')
    .helpCommand(false)
  add(volume, 'list', 'list volumes', () => import('./commands/volume/list.ts'))
  add(volume, 'usage', 'show what volumes take of the disk', () => import('./commands/volume/usage.ts')).argument(
    '[volume...]',
    'volumes; all without',
  )
  add(volume, 'snapshot', 'take a snapshot', () => import('./commands/volume/snapshot.ts')).argument(
    '<volume>',
    'volume',
  )
  add(volume, 'snapshots', 'list snapshots, oldest first', () => import('./commands/volume/snapshots.ts')).argument(
    '[volume]',
    'volume; all without',
  )
  add(
    volume,
    'restore',
    'bring a volume back to a snapshot; what it holds is saved first',
    () => import('./commands/volume/restore.ts'),
  )
    .argument('<snapshot>', 'VOLUME@TIME, or a volume for its newest')
    .argument('[target]', 'another volume, made when it is not there')
  add(volume, 'clone', 'make a new volume of what another one holds', () => import('./commands/volume/clone.ts'))
    .argument('<volume>', 'volume')
    .argument('<target>', 'new volume')
  add(volume, 'rm', 'remove snapshots', () => import('./commands/volume/rm.ts'))
    .argument('<snapshot...>', 'VOLUME@TIME')
    .option('--force', 'also what the next send builds on')
  add(volume, 'send', 'send a snapshot to another host', () => import('./commands/volume/send.ts'))
    .argument('<host>', 'host, reached with ssh')
    .argument('<snapshot>', 'VOLUME@TIME')
  add(volume, 'sync', 'bring what is newer at other hosts into a volume', () => import('./commands/volume/sync.ts'))
    .argument('<volume>', 'volume')
    .argument('<host...>', 'hosts, reached with ssh')
  add(volume, 'purge', 'remove snapshots that a pattern does not keep', () => import('./commands/volume/purge.ts'))
    .argument('<pattern>', 'such as 4h:1d:2w:2y')
    .argument('<volume>', 'volume')
    .option('--dry-run', 'say what would go and why, remove nothing')
    .option('--dryrun', 'the same')
  add(volume, 'schedule', 'do something to a volume every so often', () => import('./commands/volume/schedule.ts'))
    .argument('[action]', 'snapshot, replicate:HOST, purge:PATTERN or synchronize:HOST,HOST')
    .argument('[timer]', 'minutes; or pause, resume, delete')
    .argument('[volume]', 'volume')
    .option('--run', 'run the schedule in the foreground, until it is stopped')
  add(
    volume,
    'scheduled',
    'list what is scheduled, pause or resume all of it',
    () => import('./commands/volume/scheduled.ts'),
  ).addArgument(volume.createArgument('[what]', 'list, pause or resume').choices(['list', 'pause', 'resume']))
  add(volume, 'unschedule', 'do it no longer', () => import('./commands/volume/unschedule.ts'))
    .argument('<action>', 'as it was scheduled')
    .argument('<volume>', 'volume')
}
