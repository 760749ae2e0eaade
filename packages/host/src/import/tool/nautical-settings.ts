import type { ForeignContainer } from '../foreign.ts'
import { within } from '../foreign.ts'
import type { ImportedStore, ImportedTide } from '../imported.ts'

type Env = Readonly<Record<string, string>>

/** The parts of a comma separated list. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

/** The destination of nautical-backup and its secondary ones. */
export function nauticalStores(env: Env, own: ForeignContainer): readonly ImportedStore[] {
  const paths = [env['DEST_LOCATION'] ?? '/app/destination', ...listOf(env['SECONDARY_DEST_DIRS'])]
  return paths.flatMap((path, index) => {
    const mount = own.mounts.find(({ destination }) => within(path, destination))
    const source = mount?.source
    if (mount === undefined || source === undefined) return []
    const directory = `${source}${path.slice(mount.destination.length)}/salvage-kit`
    const name = index === 0 ? 'destination' : `secondary-${String(index)}`
    return [
      { name, entry: `archive:${directory}`, notes: ['Each copy is an archive file: nothing of it is overwritten'] },
    ]
  })
}

/** What is kept of the copies. */
export function nauticalKeep(env: Env): Pick<ImportedTide, 'keep' | 'notes'> {
  const count = Number(env['NUMBER_OF_BACKUPS_TO_KEEP'] ?? '0')
  if (Number.isInteger(count) && count > 0) return { keep: { last: count }, notes: [] }
  return {
    notes: [
      'Nothing said how many copies to keep: without keep: all of them stay. One way: keep: { daily: 7, weekly: 4 }',
    ],
  }
}

/** What the variables say that salvage-kit does otherwise or not at all. */
export function nauticalNotes(env: Env): readonly string[] {
  const isSet = (name: string): boolean => (env[name] ?? '').trim() !== ''
  const isTrue = (name: string): boolean => env[name]?.toLowerCase() === 'true'
  const notes: readonly (readonly [boolean, string])[] = [
    [isSet('RSYNC_CUSTOM_ARGS'), 'RSYNC_CUSTOM_ARGS has no equal: a target is copied whole'],
    [
      ['PRE_BACKUP_EXEC', 'POST_BACKUP_EXEC', 'PRE_BACKUP_CURL', 'POST_BACKUP_CURL'].some(isSet),
      'commands before and after the whole backup have no equal; what a container needs stands in its labels',
    ],
    [isTrue('BACKUP_ON_START'), 'BACKUP_ON_START has no equal: salvage-kit run --tide NAME does so at any time'],
    [isSet('OVERRIDE_DEST_DIR'), 'OVERRIDE_DEST_DIR is not needed: copies are found by their target'],
    [isSet('STOP_TIMEOUT'), 'STOP_TIMEOUT is not needed: the grace of each container holds (stop_grace_period)'],
    [isTrue('HTTP_REST_API_ENABLED'), 'the REST API has no equal: see salvage-kit list, history and run'],
    [
      isSet('MIN_BACKUPS_TO_KEEP'),
      'MIN_BACKUPS_TO_KEEP is not needed: the last good copy of a target is never removed',
    ],
  ]
  return notes.flatMap(([holds, note]) => (holds ? [note] : []))
}
