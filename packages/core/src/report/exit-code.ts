import { isSalvageError } from '../error.ts'
import type { RunReport } from './report.ts'

const GOOD = 0
const FAILED = 1
const USAGE = 2
const PARTIAL = 3
const STUCK = 4
const PREFLIGHT = 5
const BUSY = 6
const ABORTED = 130

/** What counts when several things went wrong at once, the gravest first. */
const GRAVEST: readonly number[] = [STUCK, ABORTED, BUSY, PREFLIGHT, USAGE, FAILED]

const BY_CODE: { readonly [code: string]: number } = {
  'RECOVER.PENDING': STUCK,
  'RECOVER.STUCK': STUCK,
  // Nobody can tell what is still to be put back.
  'JOURNAL.CORRUPT': STUCK,
  'LOCK.BUSY': BUSY,
  'LOCK.SLOTS_TAKEN': BUSY,
  'DAEMON.BUSY': BUSY,
  'DAEMON.RUNNING': BUSY,
  'DAEMON.SOCKET': PREFLIGHT,
  'CRANE.UNKNOWN': USAGE,
  'STORE.UNKNOWN': USAGE,
  'DURATION.INVALID': USAGE,
  'RESTORE.POINT_UNKNOWN': USAGE,
  'RESTORE.POINT_AMBIGUOUS': USAGE,
  'RESTORE.OCCUPIED': USAGE,
  'RESTORE.NO_PARENT': USAGE,
  'BTRFS.SETTINGS': USAGE,
  'VOLUME.NAME': USAGE,
  'VOLUME.OPTIONS': USAGE,
  'SNAPSHOT.NAME': USAGE,
  'HOST.NAME': USAGE,
  'HOST.PORT': USAGE,
  'PURGE.PATTERN': USAGE,
  'SCHEDULE.ACTION': USAGE,
  'SCHEDULE.TIMER': USAGE,
  'SEND.BUSY': BUSY,
  'SYNC.BUSY': BUSY,
  'SCHEDULE.BUSY': BUSY,
  'SCHEDULE.RUNNING': BUSY,
  'PLUGIN.RUNNING': BUSY,
  'BTRFS.MISSING': PREFLIGHT,
  'K8S.RIGHTS': PREFLIGHT,
  'NS.RIGHTS': PREFLIGHT,
  'PLUGIN.PLACE': PREFLIGHT,
  'RANCHER.ADDRESS': USAGE,
  'RANCHER.CLUSTER': USAGE,
  'RANCHER.CLUSTER_AWAY': PREFLIGHT,
  'RANCHER.PROJECT': USAGE,
  'RANCHER.TOKEN': PREFLIGHT,
  'PLUGIN.SOCKET': PREFLIGHT,
  // Thrown when a process starts, before anything is touched.
  'JOURNAL.UNREADABLE': PREFLIGHT,
  'JOURNAL.VERSION': PREFLIGHT,
  'CATALOG.UNREADABLE': PREFLIGHT,
  'CATALOG.VERSION': PREFLIGHT,
  'LOCK.UNREADABLE': PREFLIGHT,
  'LOCK.VERSION': PREFLIGHT,
  'RUN.ABORTED': ABORTED,
  ABORTED,
}

const BY_AREA: { readonly [area: string]: number } = {
  BAK: USAGE,
  CLI: USAGE,
  CONFIG: USAGE,
  IMPORT: USAGE,
  LABEL: USAGE,
  PLAN: USAGE,
  REFERENCE: USAGE,
  TARGET: USAGE,
  TIDE: USAGE,
  USAGE,
  PREFLIGHT,
}

/**
 * The exit code of a run that ended with a report: 0 good, 1 failed, 3 partial, 4 something could not be put back,
 * 130 aborted. What is stuck outweighs everything else.
 */
export function exitCodeOf(report: RunReport): number {
  if (report.stuck.length > 0) return STUCK
  if (report.aborted) return ABORTED
  switch (report.outcome) {
    case 'good':
      return GOOD
    case 'partial':
      return PARTIAL
    case 'failed':
      return FAILED
  }
}

/**
 * The exit code of what was thrown before there was a report: 2 usage or configuration, 4 stuck, 5 preflight, 6 busy,
 * 130 aborted, 1 everything else, bugs among it. Of several errors in one the gravest counts.
 */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof SuppressedError) return gravest([error.error, error.suppressed])
  if (error instanceof AggregateError) return gravest(error.errors)
  if (isSalvageError(error)) return BY_CODE[error.code] ?? BY_AREA[error.code.split('.')[0] ?? ''] ?? FAILED
  return error instanceof Error && error.name === 'AbortError' ? ABORTED : FAILED
}

function gravest(errors: readonly unknown[]): number {
  const codes = new Set(errors.map((error) => exitCodeOfError(error)))
  return GRAVEST.find((code) => codes.has(code)) ?? FAILED
}
