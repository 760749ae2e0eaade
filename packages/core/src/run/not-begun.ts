import type { Finding } from '../finding.ts'
import type { StuckEntry } from '../report/report.ts'

/** Why nothing more is taken down while something could not be put back. */
export function notBegun({ what, failure }: StuckEntry): Finding {
  return {
    code: 'RUN.STOPPED',
    message: 'not begun: the run stopped because something could not be put back',
    why: `${what}: ${failure.message}`,
    hint: 'remove the cause, run `salvage-kit recover`, then run again',
  }
}
