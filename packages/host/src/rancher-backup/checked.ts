import { SalvageError } from '@salvage-kit/core'
import type { Config } from '../config/config.ts'
import { ConfigFile } from '../config/whole-schema.ts'

/** What is told is checked as that of any configuration. Throws `RANCHER.SETTING` with the name of the setting. */
export function checked(config: unknown): Config {
  const read = ConfigFile.safeParse(config)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const params = issue !== undefined && issue.code === 'custom' ? issue.params : undefined
  const text = (key: string): string | undefined => {
    const value: unknown = params?.[key]
    return typeof value === 'string' ? value : undefined
  }
  const [why, hint] = [text('why'), text('hint')]
  throw new SalvageError(
    'RANCHER.SETTING',
    `${settingOf(issue?.path ?? [])}: ${issue?.message ?? 'it cannot be used'}`,
    {
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
    },
  )
}

/** By the places of a configuration. */
const SETTINGS: readonly (readonly [place: string, setting: string])[] = [
  ['cattle.into', 'duplicity.source-path'],
  ['cattle.server.database', 'rancher.db.name'],
  ['cattle.server.host', 'rancher.db.host'],
  ['cattle.server.port', 'rancher.db.port'],
  ['cattle.server.user', 'rancher.db.user'],
  ['cattle.url', 'rancher.api.url'],
  ['directories', 'duplicity.source-path'],
  ['machine', 'MACHINE'],
  ['stores.offsite.encryptKey', 'duplicity.encrypt-key'],
  ['stores.offsite.fullIfOlderThan', 'duplicity.full-if-older-than'],
  ['stores.offsite.machine', 'MACHINE'],
  ['stores.offsite.options', 'duplicity.options'],
  ['stores.offsite.removeAllButNFull', 'duplicity.remove-all-but-n-full'],
  ['stores.offsite.removeAllIncOfButNFull', 'duplicity.remove-all-inc-of-but-n-full'],
  ['stores.offsite.target', 'duplicity.source-path'],
  ['stores.offsite.url', 'duplicity.url'],
  ['stores.offsite.volumeMegabytes', 'duplicity.volsize'],
  ['tides.rancher-backup.cron', 'cron.schedule'],
  ['tides.rancher-backup.targets', 'duplicity.source-path'],
]

/** The name under which rancher-backup knows what stands at a place of a configuration. */
export function settingOf(path: readonly PropertyKey[]): string {
  const place = path.map(String).join('.')
  const known = SETTINGS.find(([start]) => place === start || place.startsWith(`${start}.`))
  return known?.[1] ?? `the settings (${place})`
}
