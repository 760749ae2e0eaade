import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { rancherBackupSettings, settingsOfEnvironment, settingsOfFile } from '@salvage-kit/rancher'
import type { RancherBackupSettings } from '@salvage-kit/rancher'
import type { LoadedConfig } from '../config/load-config.ts'
import { checked } from './checked.ts'
import { keyRing, templatesIn } from './installed.ts'
import { configOfRancherBackup } from './rendered.ts'
import type { Pull } from './rendered.ts'

/** Where settings of rancher-backup are looked for. */
export interface RancherBackupSearch {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A `rancher-backup.yml`; what stands in the environment goes before. Default: that of the image, where it is. */
  readonly file?: string | undefined
  /** Of the folders `index` and `templates`. Default: `/opt/backup/config`, or `config` below `APP_HOME`. */
  readonly folder?: string | undefined
  readonly pull?: Pull | undefined
  /** Where relative paths start. */
  readonly directory: string
}

/** The settings of rancher-backup as a configuration in force. */
export interface LoadedRancherBackup {
  readonly loaded: LoadedConfig
  readonly settings: RancherBackupSettings
  readonly findings: readonly Finding[]
  /** Values that must never be shown. */
  readonly secrets: readonly string[]
  /** The key ring of the installation; absent: that of the user, or of the environment. */
  readonly gnupgHome?: string
  /** Variables that children of this process must have. */
  readonly children: Readonly<Record<string, string>>
}

const HOME = '/opt/backup'

/**
 * Reads what rancher-backup read, checks it and says it in the words of a configuration; secrets are in its environment and
 * nowhere else. Rejects with `RANCHER.SETTING`, `RANCHER.ADDRESS`, `CONFIG.NOT_FOUND`.
 */
export async function loadRancherBackup(search: RancherBackupSearch): Promise<LoadedRancherBackup> {
  const { environment, directory } = search
  const home = environment['APP_HOME'] || HOME
  const sources = [settingsOfEnvironment(environment), ...(await ofFile(search, home))]
  const { settings, findings } = rancherBackupSettings(sources)
  const folder = search.folder === undefined ? join(home, 'config') : resolve(directory, search.folder)
  const templates = templatesIn(folder, search.folder !== undefined)
  const ring = keyRing(home, environment)
  const rendered = configOfRancherBackup(
    settings,
    { ...templates, ...ring },
    {
      now: new Date(),
      pull: search.pull,
      machine: environment['MACHINE'] || undefined,
    },
  )
  const config = checked(rendered.config)
  const { FTP_PASSWORD: password } = rendered.environment
  return {
    loaded: {
      config,
      placeOf: (path) => `rancher-backup: ${path.join('.')}`,
      environment: { ...environment, ...rendered.environment },
    },
    settings,
    ...ring,
    findings: [...findings, ...rendered.findings],
    secrets: Object.entries(rendered.environment).flatMap(([name, value]) =>
      name === 'CATTLE_ACCESS_KEY' ? [] : [value],
    ),
    children: password === undefined ? {} : { FTP_PASSWORD: password },
  }
}

async function ofFile(
  { file, directory }: RancherBackupSearch,
  home: string,
): Promise<readonly ReturnType<typeof settingsOfFile>[]> {
  const path = file === undefined ? join(home, 'config', 'rancher-backup.yml') : resolve(directory, file)
  if (file === undefined && !existsSync(path)) return []
  try {
    return [settingsOfFile(await readFile(path, 'utf8'), path)]
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new SalvageError('CONFIG.NOT_FOUND', `${path}: these settings cannot be read`, {
      why: errorText(error),
      hint: 'name a rancher-backup.yml that is there with --config-file, or leave it out',
      cause: error,
    })
  }
}
