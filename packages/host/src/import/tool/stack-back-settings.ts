import type { ForeignContainer } from '../foreign.ts'
import { within } from '../foreign.ts'
import type { ImportedStore } from '../imported.ts'
import { withoutPassword } from '../secret.ts'
import { tideName } from '../tide-name.ts'
import { isTrue } from './stack-back-labels.ts'

type Env = Readonly<Record<string, string>>

/** Read by restic itself under the same names. */
const PASSED_ON = /^(AWS|B2|AZURE|GOOGLE|OS|ST|RCLONE|RESTIC_REST)_[A-Z0-9_]+$/

/** The restic repository of stack-back; undefined when it is not said. */
export function stackBackStore(env: Env, own: ForeignContainer, suffix: string): ImportedStore | undefined {
  const repository = env['RESTIC_REPOSITORY'] ?? ''
  if (repository === '') return undefined
  const { address, had } = withoutPassword(onMachine(repository.replace(/^local:/, ''), own) ?? repository)
  const file = env['RESTIC_PASSWORD_FILE'] ?? ''
  const mounted = file === '' ? undefined : onMachine(file, own)
  const passwordFile = mounted ?? '/etc/salvage-kit/restic-password'
  const names = Object.keys(env)
    .filter((name) => PASSED_ON.test(name))
    .toSorted()
  return {
    name: tideName(`repository${suffix}`),
    entry: { kind: 'restic', address, passwordFile },
    notes: [
      'The same repository goes on: its old snapshots stay, and salvage-kit lists and prunes its own alone',
      ...(mounted === undefined
        ? [`Put the password of the repository into ${passwordFile}, readable by salvage-kit alone`]
        : []),
      ...(had ? ['Put the password of the address into RESTIC_REST_PASSWORD in the environment of salvage-kit'] : []),
      ...(names.length === 0
        ? []
        : [`Put ${names.join(', ')} into the environment of salvage-kit: restic reads them there`]),
    ],
  }
}

/** Where a path of the container stands on the machine; undefined when it is no path, or not known. */
function onMachine(path: string, own: ForeignContainer): string | undefined {
  if (!path.startsWith('/')) return undefined
  const mount = own.mounts.find(({ destination }) => within(path, destination))
  if (mount === undefined) return undefined
  const source = mount.source ?? `/var/lib/docker/volumes/${mount.volume ?? ''}/_data`
  return `${source}${path.slice(mount.destination.length)}`
}

/** How many snapshots of each period stay. */
export function stackBackKeep(env: Env): Readonly<Record<string, number>> {
  const defaults = { daily: 7, weekly: 4, monthly: 12, yearly: 3 }
  const read = Object.entries(defaults).map(([period, otherwise]): readonly [string, number] => {
    const name = `KEEP_${period.toUpperCase()}`
    const count = Number(env[`RESTIC_${name}`] ?? env[name] ?? otherwise)
    return [period, Number.isInteger(count) ? count : otherwise]
  })
  const kept = read.filter(([, count]) => count > 0)
  return kept.length === 0 ? { last: 1 } : Object.fromEntries(kept)
}

/** What the variables say that salvage-kit does otherwise or not at all. */
export function stackBackNotes(env: Env): readonly string[] {
  const isSet = (name: string): boolean => (env[name] ?? '') !== ''
  const notes: readonly (readonly [boolean, string])[] = [
    [
      isSet('MAINTENANCE_SCHEDULE'),
      'MAINTENANCE_SCHEDULE has no equal: run salvage-kit prune --tide NAME from a timer',
    ],
    [isSet('CRON_COMMAND'), 'CRON_COMMAND has no equal'],
    [isSet('CHECK_WITH_CACHE'), 'checking the repository is restic check; salvage-kit verify reads one copy back'],
    [isTrue(env['SWARM_MODE']), 'SWARM_MODE: tasks of a swarm are only copied when they can be brought to rest'],
    [isTrue(env['INCLUDE_PROJECT_NAME']), 'INCLUDE_PROJECT_NAME is not needed: a target has its whole name'],
  ]
  return notes.flatMap(([holds, note]) => (holds ? [note] : []))
}
