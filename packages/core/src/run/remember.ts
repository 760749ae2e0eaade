import { findingOf } from '../finding.ts'
import type { RunReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'

/**
 * Writes into the catalog what has happened. The stores are the truth and the catalog is only a memory, so one that
 * cannot be written (a full disk) makes no copy bad and hides no report: it is a warning.
 */
export async function remember(rig: Rig, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    rig.report({ type: 'warning', finding: findingOf(error) })
  }
}

/** The report as it is told at the end: remembered, and with the warning when that failed. */
export async function finish(rig: Rig, report: () => RunReport): Promise<RunReport> {
  await remember(rig, () => rig.catalog.finishRun(report()))
  const told = report()
  rig.report({ type: 'run.finished', report: told })
  return told
}
