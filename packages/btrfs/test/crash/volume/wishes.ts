import type { BtrfsSettings } from '../../../src/settings/settings.ts'

/** What a child process is told to do, as JSON. */
export interface Wishes {
  readonly settings: BtrfsSettings
  /** Its state directory. */
  readonly state: string
  readonly work: 'restore' | 'create' | 'clone' | 'snapshot' | 'purge'
  /** The snapshot of a restore, the source of a clone, the pattern of a purge. */
  readonly from: string
  /** The volume that is to change. */
  readonly volume: string
  /** When a purge judges. */
  readonly now?: string
  /** Kill yourself at this point, counted from 1. */
  readonly point?: number
}
