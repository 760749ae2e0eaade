import type { Cattle } from '../client/cattle.ts'
import type { InstanceChoice } from '../discovery/instances.ts'
import type { JobPort } from '../job-port.ts'
import type { RancherBackupSettings } from '../settings/settings.ts'
import type { JobBook } from './job-book.ts'

/** What {@link openRancher} takes. */
export interface RancherOptions {
  /** Closed by whoever opened it. Absent: nothing is set that says where it is, and only the server's own database may be known. */
  readonly api?: Cattle
  /** The key may go over `http:` to another machine without a word. Default: false. */
  readonly allowHttp?: boolean
  /** Names or ids; empty: all that the key sees. */
  readonly environments?: readonly string[]
  /** Where jobs run. */
  readonly jobs: JobPort
  /** How databases are told and dumped; asked once, when it is needed. Default: what this program knows itself. */
  readonly book?: () => Promise<JobBook>
  /** Which containers of a database are dumped. Default: `first`. */
  readonly instances?: InstanceChoice
  /** What is looked at. Default: both. */
  readonly databases?: boolean
  readonly stacks?: boolean
  /** Rancher's own database. */
  readonly server?: Pick<RancherBackupSettings, 'server' | 'serverDump'>
  /** With a client of MySQL or MariaDB, for Rancher's own database. Default: `mariadb:10.11`. */
  readonly serverImage?: string
  /** For all commands of one dump. Default: the port's. */
  readonly limitMs?: number
  /** Absolute, of the containers of jobs: they write below it. Default: `/backup`, as templates were written for. */
  readonly root?: string
}
