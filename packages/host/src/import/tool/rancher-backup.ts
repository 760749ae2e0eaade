import { resolve } from 'node:path'
import type { JsonObject } from '@salvage-kit/core'
import { rancherBackupSettings, settingsOfEnvironment, settingsOfFile } from '@salvage-kit/rancher'
import { configOfRancherBackup, TIDE } from '../../rancher-backup/rendered.ts'
import type { Installed } from '../../rancher-backup/rendered.ts'
import type { ForeignContainer, ForeignWorld } from '../foreign.ts'
import { within } from '../foreign.ts'
import type { Imported } from '../imported.ts'

const PAGES = ['https://github.com/disaster37/rancher-backup']
const FOLDER = '/opt/backup/config'
const KEY_FILE = '/etc/salvage-kit/cattle.key'
const SERVER_FILE = '/etc/salvage-kit/cattle-database-password'
const FTP_FILE = '/etc/salvage-kit/ftp-password'
const PASSPHRASE_FILE = '/etc/salvage-kit/duplicity-passphrase'
/** What duplicity reads of its environment, besides. */
const OF_DUPLICITY = /^(?:FTP_PASSWORD|AWS_|AZURE_|CLOUDFILES_|DPBX_|GS_|GOOGLE_DRIVE_|SWIFT_)/

/** Whether a container is one of rancher-backup; not of the operator of Rancher 2 that is called the same. */
export function isRancherBackup({ image }: ForeignContainer): boolean {
  return /(^|\/)(?:webcenter|disaster37)\/rancher-backup([:@]|$)/.test(image)
}

/** What rancher-backup is configured to do, said for salvage-kit. Pure. Throws `RANCHER.SETTING`. */
export function importRancherBackup(world: ForeignWorld, now: Date): Imported {
  const container = world.containers.find(isRancherBackup)
  const env = Object.assign({}, container?.env, ...world.envFiles.map((file) => file.env))
  const file = world.settingsFile
  const sources = [settingsOfEnvironment(env), ...(file === undefined ? [] : [settingsOfFile(file.text, file.name)])]
  const { settings, findings } = rancherBackupSettings(sources)
  const installed = installedIn(container)
  const rendered = configOfRancherBackup(settings, installed, { now })
  const { machine, cattle, directories, stores, tides } = rendered.config
  const secret = rendered.environment
  const { notes, store } = offsite(objectAt(stores, 'offsite'), env, 'FTP_PASSWORD' in secret)
  const tide = objectAt(tides, TIDE)
  const said = [...findings, ...rendered.findings].map(({ message, hint }) =>
    [message, hint].filter(Boolean).join(': '),
  )
  return {
    tool: 'rancher-backup',
    pages: PAGES,
    notes: [
      'with salvage-kit rancher daemon the image runs by the old variables and needs no configuration at all',
      'paths are those of the container of rancher-backup: run salvage-kit with the same mounts, or correct them',
      'the chains that are there go on: they are pruned by its own rules, as before',
      ...halfOf(container),
      'nothing is restored when it starts, and nothing is run then; salvage-kit run --tide rancher-backup runs it now',
      ...said,
    ],
    sections: {
      ...(machine === undefined ? {} : { machine }),
      ...(cattle === undefined
        ? {}
        : { cattle: withFiles(objectAt(rendered.config, 'cattle'), 'CATTLE_SECRET_KEY' in secret) }),
      ...(directories === undefined ? {} : { directories }),
    },
    stores: [{ name: 'offsite', entry: store, notes }],
    reports: [],
    tides: [
      {
        name: TIDE,
        cron: textAt(tide, 'cron'),
        targets: [`dir:${resolve(settings.duplicity.sourcePath)}`],
        grouping: 'individual',
        to: 'offsite',
        more: { hold: 'copy', maxHold: textAt(tide, 'maxHold') },
        notes: keys('CATTLE_SECRET_KEY' in secret, 'CATTLE_DB_CATTLE_PASSWORD' in secret),
      },
    ],
    labels: [],
  }
}

function keys(hasKey: boolean, hasServer: boolean): readonly string[] {
  return [
    ...(hasKey
      ? [
          `Put the access key and the secret key, on two lines, into ${KEY_FILE}; the keys of an agent are removed with its container, so make one of the environment`,
        ]
      : []),
    ...(hasServer ? [`Put the password of Rancher's own database into ${SERVER_FILE}`] : []),
  ]
}

function withFiles(cattle: JsonObject, hasKey: boolean): JsonObject {
  const server = cattle['server']
  return {
    ...cattle,
    ...(hasKey ? { keyFile: KEY_FILE } : {}),
    ...(isObject(server) ? { server: { ...server, passwordFile: SERVER_FILE } } : {}),
  }
}

function offsite(
  store: JsonObject,
  env: Readonly<Record<string, string>>,
  hadPassword: boolean,
): { readonly store: JsonObject; readonly notes: readonly string[] } {
  const isEncrypted = store['encryptKey'] !== undefined
  const needsFtp = hadPassword || (env['FTP_PASSWORD'] ?? '') !== ''
  const others = Object.keys(env).filter(
    (name) => OF_DUPLICITY.test(name) && name !== 'FTP_PASSWORD' && env[name] !== '',
  )
  return {
    store: {
      ...store,
      ...(isEncrypted ? { passphraseFile: PASSPHRASE_FILE } : {}),
      ...(needsFtp ? { credentials: { FTP_PASSWORD: FTP_FILE } } : {}),
    },
    notes: [
      'Its chains go on: target says whose they are',
      ...(hadPassword ? ['The password stood in the URL, and so in the arguments of every duplicity'] : []),
      ...(needsFtp ? [`Put the password of the far end into ${FTP_FILE}`] : []),
      ...(isEncrypted ? [`Put the passphrase of the key into ${PASSPHRASE_FILE}`] : []),
      ...(others.length === 0 ? [] : [`duplicity reads ${others.join(', ')} of the environment of salvage-kit`]),
    ],
  }
}

const [INDEX, TEMPLATES] = [`${FOLDER}/index`, `${FOLDER}/templates`] as const

function hasMount(container: ForeignContainer | undefined, path: string): boolean {
  return container?.mounts.some(({ destination }) => within(path, destination)) ?? false
}

function halfOf(container: ForeignContainer | undefined): readonly string[] {
  const mounted = [INDEX, TEMPLATES].filter((path) => hasMount(container, path))
  return mounted.length === 1
    ? [`only ${mounted.join()} is mounted, so databases are found by what salvage-kit knows itself: mount both folders`]
    : []
}

/** Where what is mounted into the container stands there. */
function installedIn(container: ForeignContainer | undefined): Installed {
  const has = (path: string): boolean => hasMount(container, path)
  const [index, templates] = [INDEX, TEMPLATES]
  return {
    ...(has(index) && has(templates) ? { folders: { index, templates } } : {}),
    ...(has('/opt/backup/.gnupg') ? { gnupgHome: '/opt/backup/.gnupg' } : {}),
  }
}

function objectAt(value: unknown, key: string): JsonObject {
  const found: unknown =
    typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined
  if (!isObject(found)) throw new Error(`a configuration without ${key}`)
  return found
}

function textAt(object: JsonObject, key: string): string {
  const text = object[key]
  if (typeof text !== 'string') throw new Error(`a configuration without ${key}`)
  return text
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
