import { SalvageError } from '@salvage-kit/core'
import { findProgram } from '../process/find-program.ts'
import type { Depot } from './depot.ts'
import { failure } from './failure.ts'
import { logRecords } from './log-record.ts'
import type { LogRecord } from './log-record.ts'
import { missing, runProgram } from './run-program.ts'
import { prefixOf } from './series.ts'
import type { Series } from './series.ts'

/** One call of duplicity. */
export interface DuplicityCall {
  /** For people, in errors: `lifting dir:/srv/app`. */
  readonly what: string
  /** Command and its own options; URL and directory stand in `places`. */
  readonly args: readonly string[]
  readonly places: readonly string[]
  readonly series: Series
  /** Where duplicity keeps what it knows of the far end. One process at a time has it. */
  readonly archiveDirectory: string
  readonly work: string
  readonly folder: string
  readonly onRecord?: (record: LogRecord) => void
  /** Exit codes that are no failure, besides 0. */
  readonly good?: readonly number[]
  /** The code of a failure that is none of the known ones. */
  readonly otherwise?: string
  readonly signal: AbortSignal
}

/** Runs duplicity to its end and gives its exit code. Rejects with what {@link failure} says of every other end. */
export async function runDuplicity(depot: Depot, call: DuplicityCall): Promise<number> {
  const errors: LogRecord[] = []
  const records = logRecords((record) => {
    if (record.level === 'ERROR') errors.push(record)
    call.onRecord?.(record)
  })
  const end = await runProgram(depot, {
    argv: [await duplicityProgram(), ...call.args, ...commonArguments(depot, call), ...call.places],
    work: call.work,
    folder: call.folder,
    onLine: (line) => records.line(line),
    logs: true,
    signal: call.signal,
  })
  records.end()
  if (end.code === 0 || (end.code !== undefined && call.good?.includes(end.code) === true)) return end.code
  throw failure(call.what, { code: end.code, errors: end.errors, records: errors }, depot, call.otherwise)
}

/** The options of every call. */
function commonArguments(depot: Depot, call: DuplicityCall): readonly string[] {
  const encryption =
    depot.encrypts === 'none'
      ? ['--no-encryption']
      : depot.encryptKey === undefined
        ? []
        : ['--encrypt-key', depot.encryptKey]
  const prefix = prefixOf(call.series)
  return [
    ...depot.passed.always,
    ...encryption,
    '--archive-dir',
    call.archiveDirectory,
    '--name',
    call.series === '' ? 'own' : call.series,
    ...(prefix === '' ? [] : ['--file-prefix', prefix]),
    '--tempdir',
    call.folder,
    '--verbosity',
    'notice',
    '--log-fd',
    '3',
  ]
}

const OLDEST = [0, 8] as const

/** Where duplicity is. Rejects with `CRANE.MISSING`. */
export async function duplicityProgram(): Promise<string> {
  const program = await findProgram('duplicity', process.env['PATH'] ?? '')
  if (program === undefined) throw missing()
  return program
}

/** Rejects with `CRANE.MISSING`, or `CRANE.TOO_OLD` for a duplicity whose output is not understood. */
export async function mustBeNew(depot: Depot, folder: string, signal: AbortSignal): Promise<void> {
  const lines: string[] = []
  const argv = [await duplicityProgram(), '--version'] as const
  await runProgram(depot, { argv: [...argv], work: 'version', folder, onLine: (line) => void lines.push(line), signal })
  const [, major, minor] = /^duplicity (?:rev)?(\d+)\.(\d+)/.exec(lines.join('\n')) ?? []
  const [oldMajor, oldMinor] = OLDEST
  const isNew = Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor)
  if (major !== undefined && minor !== undefined && isNew) return
  throw new SalvageError('CRANE.TOO_OLD', 'the duplicity of this machine is too old', {
    why: `it says ${JSON.stringify(lines[0] ?? '')}; ${OLDEST.join('.')} is the oldest that will do`,
    hint: 'install a newer one',
  })
}
