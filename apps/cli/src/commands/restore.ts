import { randomBytes } from 'node:crypto'
import { exitCodeOf, formatReport, newRunId, parseReference, restore, SalvageError } from '@salvage-kit/core'
import type { RestorePoint, Store, TargetRef } from '@salvage-kit/core'
import { DEFAULT_MAX_HOLD_MS, parseTarget } from '@salvage-kit/host'
import { usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { GlobalOptions, Invocation } from '../invocation.ts'
import type { OwnPlace } from '../nesting.ts'
import { refuseOwnPlaces } from '../nesting.ts'
import { namespacesIn, pointFor } from '../points.ts'
import { commandReporter } from '../reporter.ts'
import { openSession } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import { readHold } from '../wishes.ts'

/** Options of `restore`. */
export interface RestoreOptions {
  readonly from?: string
  readonly to?: string
  readonly inPlace?: boolean
  readonly yes?: boolean
  readonly maxHold?: string
}

/** Brings a point back: to a new place, or with `--in-place` in exchange for what the target holds now. */
export async function execute(invocation: Invocation<RestoreOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  const maxHoldMs = readHold(options.maxHold) ?? DEFAULT_MAX_HOLD_MS
  const asked = options.to === undefined ? undefined : parseTarget(options.to, terminal.directory)
  using reporter = commandReporter(terminal, options)
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const point = await pointFor(invocation, args[0] ?? '', signal)
  const to = asked ?? (options.inPlace === true ? point.target : newPlace(point))
  // A database is there, and takes what it holds from the dump: there is no other way into one.
  const inPlace = options.inPlace === true || isDatabase(to)
  if (inPlace) await confirm(to, point, options, terminal, signal)
  else if (asked === undefined && options.quiet !== true) terminal.err(`restoring to ${to}\n`)
  const namespaces = namespacesIn([point.target])
  const scope = { targets: [to], stores: [options.from ?? point.store], namespaces }
  await using rig = await openSession(invocation, scope, signal, { report: reporter.report })
  const store = options.from === undefined ? await rig.storeOf(point.store) : await rig.store(options.from)
  await refuseOwnPlaces(to, inPlace, [
    { path: rig.stateDirectory, what: `the state directory ${rig.stateDirectory}` },
    ...archivePlace(store),
  ])
  const runId = newRunId(rig.now(), randomBytes(3).toString('hex'))
  const report = await restore(rig, { runId, point, store, to, inPlace, maxHoldMs }, { signal })
  if (options.json !== true && (options.quiet !== true || report.outcome !== 'good'))
    terminal.out(`${formatReport(report)}\n`)
  return exitCodeOf(report)
}

function archivePlace({ ref }: Store): readonly OwnPlace[] {
  const { scheme, value } = parseReference(ref)
  const file = 'file://'
  if (scheme === 'duplicity' && value.startsWith(file))
    return [{ path: value.slice(file.length), what: `the store ${ref}` }]
  return scheme === 'archive' || (['restic', 'btrfs', 'btrfs-raw'].includes(scheme) && value.startsWith('/'))
    ? [{ path: value, what: `the store ${ref}` }]
    : []
}

function isDatabase(target: TargetRef): boolean {
  return parseReference(target).scheme === 'dump'
}

/** Beside the target, named for the time of the copy: `docker:pgdata-restored-20261121-080012`. Throws `CLI.USAGE` for a dump. */
export function newPlace({ target, takenAt }: RestorePoint): TargetRef {
  if (isDatabase(target))
    throw usageError(`nothing says where the dump of ${target} is to go`, {
      why: 'no database is made for it',
      hint: 'add --in-place to load it into its own database, --to dump:OTHER for another one, or --to dir:PATH for its files',
    })
  const { scheme, value } = parseReference(target)
  const time = takenAt.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${scheme}:${value.replace(/\/+$/, '')}-restored-${time}`
}

/** Tools of databases replace by name; those of two kinds know nothing smaller than all of it. */
const LOST_BY_LOADS =
  'what the dump has by the same name (of Redis all keys, of SQLite the whole file), and leaves tables, collections and databases that the dump does not have'

/** Replacing what is there needs the name of the target, typed, or `--yes`. Rejects with `CLI.NOT_CONFIRMED`. */
async function confirm(
  to: TargetRef,
  point: RestorePoint,
  options: RestoreOptions & GlobalOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  if (options.yes === true) return
  if (!terminal.canAsk)
    throw usageError(`restoring ${to} in place replaces ${isDatabase(to) ? LOST_BY_LOADS : 'what it holds now'}`, {
      why: 'there is no terminal to ask for consent',
      hint: isDatabase(to)
        ? 'add --yes, or restore the files of the dump with --to dir:PATH'
        : 'add --yes, or leave out --in-place to restore to a new place',
    })
  const from = to === point.target ? '' : ` of ${point.target}`
  const lost = isDatabase(to) ? `that replaces ${LOST_BY_LOADS}` : 'what it holds now goes'
  terminal.err(`${to} will hold what point ${point.id}${from} of ${point.takenAt} holds; ${lost}.\n`)
  const answer = await terminal.ask(`Type ${to} to go on: `, signal)
  if (answer.trim() === to) return
  throw new SalvageError('CLI.NOT_CONFIRMED', `${to} was not restored`, { why: 'its name was not typed' })
}
