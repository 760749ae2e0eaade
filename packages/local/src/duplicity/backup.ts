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
  return { figures, findings: findingsOf(said, errors, ref) }
}

/** How duplicity begins to say that something of the source is not in the copy; all its other warnings tell of no loss. */
const LOST = /^(?:Error |Warning: base )/

/**
 * What could not be read. Duplicity ends with 0 all the same, and counts only some of it as `errors`: a file whose content
 * breaks off, a folder that cannot be listed and an entry that cannot be looked at are warned of and counted nowhere.
 */
export function findingsOf(
  said: readonly LogRecord[],
  errors: number,
  ref: Pick<LiftRef, 'target'>,
): readonly Finding[] {
  const lost = said.filter(({ level, text }) => level === 'WARNING' && LOST.test(text))
  const told = [...new Set(lost.map(({ text }) => text.split('\n')[0] ?? text))]
  const findings = told.slice(0, SHOWN).map((message) => ({ code: 'LIFT.UNREADABLE', message }))
  const more = Math.max(errors, told.length) - findings.length
  if (more <= 0) return findings
  const message =
    findings.length === 0
      ? `duplicity could not read ${String(errors)} files of ${ref.target}`
      : `${String(more)} more files could not be read`
  return [...findings, { code: 'LIFT.UNREADABLE', message }]
}
