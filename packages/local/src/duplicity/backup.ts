import type { Finding, LiftOptions, LiftRef } from '@salvage-kit/core'
import { cacheOf } from './cache.ts'
import type { Depot } from './depot.ts'
import type { LogRecord } from './log-record.ts'
import { secondsOf } from './moment.ts'
import type { Moment } from './moment.ts'
import { patiently } from './patiently.ts'
import { runDuplicity } from './run-duplicity.ts'
import type { Series } from './series.ts'
import { figuresIn } from './statistics.ts'
import type { Figures } from './statistics.ts'

const FULL_IF_OLDER_THAN = '30D'
const VOLUME_MEGABYTES = 200
const SHOWN = 20

/** What a backup gave. */
export interface Copied {
  readonly figures: Figures
  readonly findings: readonly Finding[]
}

/** The backup itself, at a moment that is said beforehand. */
export async function backup(
  depot: Depot,
  job: {
    readonly ref: LiftRef
    readonly series: Series
    readonly time: Moment
    readonly path: string
    readonly folder: string
  },
  { signal, onProgress }: LiftOptions,
): Promise<Copied> {
  const { ref, series, time, path, folder } = job
  const said: LogRecord[] = []
  await patiently(signal, () =>
    runDuplicity(depot, {
      what: `lifting ${ref.target}`,
      args: [
        ...depot.passed.backup,
        '--volsize',
        String(depot.volumeMegabytes ?? VOLUME_MEGABYTES),
        '--allow-source-mismatch',
        '--numeric-owner',
        '--full-if-older-than',
        depot.fullIfOlderThan ?? FULL_IF_OLDER_THAN,
        '--current-time',
        String(secondsOf(time)),
      ],
      places: [path, depot.url],
      series,
      archiveDirectory: cacheOf(depot),
      work: ref.id,
      folder,
      onRecord: (record) => void said.push(record),
      signal,
    }),
  )
  const { errors, figures } = figuresIn(said.map(({ text }) => text))
  onProgress?.({ bytes: figures.bytes ?? 0, ...(figures.files === undefined ? {} : { files: figures.files }) })
  return { figures, findings: errors === 0 ? [] : findingsOf(said, errors, ref) }
}

/** Duplicity ends with 0 also when it could not read a file, and says so. */
function findingsOf(said: readonly LogRecord[], errors: number, ref: LiftRef): readonly Finding[] {
  const told = said.filter(({ level, text }) => level === 'WARNING' && text !== '')
  const findings = told.slice(0, SHOWN).map(({ text }) => ({
    code: 'LIFT.UNREADABLE',
    message: text.split('\n')[0] ?? text,
  }))
  const more = Math.max(errors, told.length) - findings.length
  if (more <= 0) return findings
  const message =
    findings.length === 0
      ? `duplicity could not read ${String(errors)} files of ${ref.target}`
      : `${String(more)} more files could not be read`
  return [...findings, { code: 'LIFT.UNREADABLE', message }]
}
