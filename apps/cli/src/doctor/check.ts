import type { Finding } from '@salvage-kit/core'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  /** `absent`: not there and perhaps not needed. `stuck`: a dead run left something to put back. */
  readonly state: 'good' | 'absent' | 'warning' | 'bad' | 'stuck'
  /** What was found. */
  readonly text?: string
  readonly finding?: Finding
}
