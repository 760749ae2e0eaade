import { restorePoint } from '../crane/schema.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import { SalvageError } from '../error.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { RunReport } from '../report/report.ts'
import type { RunRecord, TideMark } from './catalog.ts'
import { markRow, runReport, runRow } from './schema.ts'
import type { RunRow } from './schema.ts'

/** A row of a table as `node:sqlite` gives it. */
export interface Row {
  readonly [column: string]: unknown
}

/** The run that a row tells of. Throws `CATALOG.CORRUPT` naming the row. */
export function readRun(row: Row, path: string): RunRecord {
  const read = runRow.safeParse(row)
  if (!read.success) throw corrupt(`run ${String(row['run_id'])}`, path, read.error)
  const { run_id: runId, kind, tide, started_at: startedAt } = read.data
  const report = readReport(read.data)
  return {
    runId,
    kind,
    ...(tide === null ? {} : { tide }),
    startedAt,
    ...(report === undefined ? {} : { report }),
  }
}

/** The point that a row tells of. Throws `CATALOG.CORRUPT` naming the row. */
export function readPoint(row: Row, path: string): RestorePoint {
  const read = restorePoint.safeParse(parsed(row['body']))
  if (read.success) return read.data
  throw corrupt(`point ${String(row['id'])} of ${String(row['store'])}`, path, read.error)
}

/** The mark that a row tells of. Throws `CATALOG.CORRUPT` naming the row. */
export function readMark(row: Row, path: string): TideMark {
  const read = markRow.safeParse(row)
  if (read.success) return read.data
  throw corrupt(`the mark of tide ${String(row['tide'])}`, path, read.error)
}

/** A report that cannot be read must not look like a run whose process died: its outcome is known all the same. */
function readReport(row: RunRow): RunReport | undefined {
  if (row.report === null || row.outcome === null) return undefined
  const read = runReport.safeParse(parsed(row.report))
  if (read.success) return read.data
  return {
    version: REPORT_VERSION,
    runId: row.run_id,
    kind: row.kind,
    ...(row.tide === null ? {} : { tide: row.tide }),
    startedAt: row.started_at,
    endedAt: row.ended_at ?? row.started_at,
    outcome: row.outcome,
    aborted: false,
    groups: [],
    skipped: [],
    stuck: [],
    warnings: [{ code: 'CATALOG.REPORT', message: `the report of run ${row.run_id} cannot be read by this version` }],
  }
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

function corrupt(what: string, path: string, cause: Error): SalvageError {
  return new SalvageError('CATALOG.CORRUPT', `${what} in the catalog ${path} cannot be understood`, {
    why: 'the row is not what this program writes',
    hint: 'move the catalog away: a new one is made, and the stores still know their points',
    cause,
  })
}
