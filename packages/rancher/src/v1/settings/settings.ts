import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { cattleAddress } from '../address.ts'
import type { CattleAddress } from '../address.ts'
import type { SettingTexts } from './environment.ts'
import { KNOWN } from './known.ts'
import type { SettingName } from './known.ts'

/** A secret: a function, so that it is in no log and no JSON of what bears it. */
export type Secret = () => string

/** Everything that rancher-backup could be told, checked. */
export interface RancherBackupSettings {
  /** Absent when no address is set; then nothing of Rancher can be read. */
  readonly api?: { readonly address: CattleAddress; readonly key?: { readonly name: string; readonly secret: Secret } }
  /** Rancher's own database, as far as it is set. */
  readonly server?: ServerDatabase
  /** Whether it is dumped; by default when something says where it is. */
  readonly serverDump: boolean | 'when known'
  readonly databases: boolean
  readonly stacks: boolean
  readonly duplicity: DuplicitySettings
  /** Five or six fields, or `@daily` and its like. */
  readonly schedule: string
}

/** Where Rancher keeps what it knows. */
export interface ServerDatabase {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret
  readonly name: string
}

/** What is sent offsite, and where to. */
export interface DuplicitySettings {
  readonly sourcePath: string
  /** The address and the path behind it, put together without anything between them. */
  readonly url?: string
  /** One text, as a shell reads it. */
  readonly options?: string
  readonly fullIfOlderThan: string
  readonly removeAllButNFull: number
  readonly removeAllIncOfButNFull: number
  /** In megabytes. */
  readonly volsize: number
  readonly encryptKey?: string
}

/** Checked settings, and what is to be said about them. */
export interface ReadSettings {
  readonly settings: RancherBackupSettings
  readonly findings: readonly Finding[]
}

/** Checks settings; what stands in an earlier source goes before. Throws `RANCHER.SETTING` and `RANCHER.ADDRESS`. */
export function rancherBackupSettings(sources: readonly SettingTexts[]): ReadSettings {
  const text = (name: SettingName): string | undefined =>
    sources.map(({ texts }) => texts.get(name)).find((value) => value !== undefined) ?? KNOWN[name].byDefault
  const given = (name: SettingName): string => {
    const value = text(name)
    if (value === undefined) throw wrong(name, 'is missing')
    return value
  }
  const integer = (name: SettingName, least: number): number => {
    const value = given(name)
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      throw wrong(name, `must be a number from ${String(least)} on`)
    return Number(value)
  }
  const boolean = (name: SettingName): boolean => {
    const value = given(name)
    if (/^(?:true|yes|on)$/i.test(value)) return true
    if (/^(?:false|no|off)$/i.test(value)) return false
    throw wrong(name, 'must be true or false')
  }
  const secret = (name: SettingName): Secret => {
    const value = given(name)
    return () => value
  }

  const url = text('rancher/api/url')
  const key = text('rancher/api/key')
  const findings = sources.flatMap((source) => source.findings)
  const server = serverDatabase()
  const [store, options, encryptKey] = [text('duplicity/url'), text('duplicity/options'), text('duplicity/encrypt-key')]
  return {
    settings: {
      ...(url === undefined
        ? {}
        : {
            api: {
              address: cattleAddress(url),
              ...(key === undefined ? {} : { key: { name: key, secret: secret('rancher/api/secret') } }),
            },
          }),
      ...(server === undefined ? {} : { server }),
      serverDump: text('module/rancher-db') === undefined ? 'when known' : boolean('module/rancher-db'),
      databases: boolean('module/database'),
      stacks: boolean('module/stack'),
      duplicity: {
        sourcePath: given('duplicity/source-path'),
        ...(store === undefined ? {} : { url: `${store}${given('duplicity/target-path')}` }),
        ...(options === undefined ? {} : { options }),
        fullIfOlderThan: given('duplicity/full-if-older-than'),
        removeAllButNFull: integer('duplicity/remove-all-but-n-full', 1),
        removeAllIncOfButNFull: integer('duplicity/remove-all-inc-of-but-n-full', 1),
        volsize: integer('duplicity/volsize', 1),
        ...(encryptKey === undefined ? {} : { encryptKey }),
      },
      schedule: given('cron/schedule'),
    },
    findings,
  }

  function serverDatabase(): ServerDatabase | undefined {
    if (text('rancher/db/host') === undefined || text('rancher/db/password') === undefined) return undefined
    return {
      host: given('rancher/db/host'),
      port: integer('rancher/db/port', 1),
      user: given('rancher/db/user'),
      password: secret('rancher/db/password'),
      name: given('rancher/db/name'),
    }
  }
}

function settingText(name: SettingName): string {
  return KNOWN[name].path.join('.')
}

/** Never repeats the value: it may be a secret. */
function wrong(name: SettingName, what: string): SalvageError {
  return new SalvageError('RANCHER.SETTING', `${settingText(name)} ${what}`, {
    hint: `as a variable of the environment it is BACKUP_${name.replaceAll('/', '_').toUpperCase()}`,
  })
}
