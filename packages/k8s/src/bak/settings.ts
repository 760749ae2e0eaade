import type { ExecResource } from './exec-resource.ts'

/** What `BAK_DB_POSTGRES_…` or `BAK_DB_MYSQL_…` say. */
export interface BakDatabase {
  readonly enabled: boolean
  readonly resource: ExecResource
  readonly container: string
  /** In the container. */
  readonly dumpFile: string
  /** These may hold `${NAME}`, which the container's own environment fills in; see `containerText` of `@salvage-kit/dump`. */
  readonly host: string
  readonly port: string
  readonly user: string
  readonly password: string
  readonly database: string
}

/** The settings of a backup, from the `BAK_…` variables of backup-ns. */
export interface BakSettings {
  readonly dryRun: boolean
  readonly namespace: string
  readonly pvc: string
  /** What makes names unique; also the end of the names of rebound snapshots. */
  readonly rand: string
  readonly type: string
  /** Empty: none. */
  readonly pod: string
  readonly retain: 'days' | 'daily_weekly_monthly'
  readonly retainDays: number
  readonly nameTemplate: string
  /** Empty: the default class of the cluster. */
  readonly className: string
  readonly waitUntilReady: boolean
  readonly readyTimeoutMs: number
  /** A volume that is used to this part or more is too full for a dump. */
  readonly fullPercent: number
  /** No database has to be dumped. */
  readonly withoutDatabase: boolean
  readonly postgres: BakDatabase
  readonly mysql: BakDatabase & { readonly characterSet: string }
  readonly flock: {
    readonly enabled: boolean
    readonly count: number
    readonly directory: string
    readonly timeoutMs: number
    /** Leases of the cluster in place of files: those of this namespace whose names begin so. */
    readonly leases?: { readonly namespace: string; readonly name: string }
  }
  /** Whose days and times names and labels have. */
  readonly zone: string
}

/** What stands in for variables that are not set, where the surroundings decide. */
export interface BakDefaults {
  /** Of the context, or of the service account. */
  readonly namespace: string
  /** Six random letters. */
  readonly rand: string
  readonly processors: number
  /** Of this process. */
  readonly zone: string
}
