/** How a setting's text is read. */
export type SettingKind = 'boolean' | 'integer' | 'secret' | 'text'

/** One setting of rancher-backup. */
export interface KnownSetting {
  readonly kind: SettingKind
  /** Where it stands in the file. */
  readonly path: readonly string[]
  /** Absent: none. An empty value means the same as no value. */
  readonly byDefault?: string
}

/** The name of a setting. */
export type SettingName =
  | 'rancher/api/url'
  | 'rancher/api/key'
  | 'rancher/api/secret'
  | 'rancher/db/host'
  | 'rancher/db/port'
  | 'rancher/db/user'
  | 'rancher/db/password'
  | 'rancher/db/name'
  | 'module/database'
  | 'module/stack'
  | 'module/rancher-db'
  | 'duplicity/source-path'
  | 'duplicity/target-path'
  | 'duplicity/url'
  | 'duplicity/options'
  | 'duplicity/full-if-older-than'
  | 'duplicity/remove-all-but-n-full'
  | 'duplicity/remove-all-inc-of-but-n-full'
  | 'duplicity/volsize'
  | 'duplicity/encrypt-key'
  | 'cron/schedule'

/** By the path that an environment variable spells: `BACKUP_DUPLICITY_source-path` is `duplicity/source-path`. */
export const KNOWN: Readonly<Record<SettingName, KnownSetting>> = {
  'rancher/api/url': { kind: 'text', path: ['rancher', 'api', 'url'] },
  'rancher/api/key': { kind: 'text', path: ['rancher', 'api', 'key'] },
  'rancher/api/secret': { kind: 'secret', path: ['rancher', 'api', 'secret'] },
  'rancher/db/host': { kind: 'text', path: ['rancher', 'db', 'host'] },
  'rancher/db/port': { kind: 'integer', path: ['rancher', 'db', 'port'], byDefault: '3306' },
  'rancher/db/user': { kind: 'text', path: ['rancher', 'db', 'user'], byDefault: 'rancher' },
  'rancher/db/password': { kind: 'secret', path: ['rancher', 'db', 'password'] },
  'rancher/db/name': { kind: 'text', path: ['rancher', 'db', 'name'], byDefault: 'rancher' },
  'module/database': { kind: 'boolean', path: ['module', 'databases'], byDefault: 'true' },
  'module/stack': { kind: 'boolean', path: ['module', 'stack'], byDefault: 'true' },
  // Its default depends on whether there is a database to dump.
  'module/rancher-db': { kind: 'boolean', path: ['module', 'rancher-db'] },
  'duplicity/source-path': { kind: 'text', path: ['duplicity', 'source-path'], byDefault: '/backup' },
  'duplicity/target-path': { kind: 'text', path: ['duplicity', 'target-path'], byDefault: '/' },
  'duplicity/url': { kind: 'text', path: ['duplicity', 'url'] },
  'duplicity/options': { kind: 'text', path: ['duplicity', 'options'] },
  'duplicity/full-if-older-than': { kind: 'text', path: ['duplicity', 'full-if-older-than'], byDefault: '7D' },
  'duplicity/remove-all-but-n-full': { kind: 'integer', path: ['duplicity', 'remove-all-but-n-full'], byDefault: '3' },
  'duplicity/remove-all-inc-of-but-n-full': {
    kind: 'integer',
    path: ['duplicity', 'remove-all-inc-of-but-n-full'],
    byDefault: '1',
  },
  'duplicity/volsize': { kind: 'integer', path: ['duplicity', 'volsize'], byDefault: '200' },
  'duplicity/encrypt-key': { kind: 'text', path: ['duplicity', 'encrypt-key'] },
  'cron/schedule': { kind: 'text', path: ['cron', 'schedule'], byDefault: '0 0 0 * * *' },
}

/** All names. */
export const NAMES: readonly SettingName[] = Object.keys(KNOWN).filter((name): name is SettingName =>
  Object.hasOwn(KNOWN, name),
)
