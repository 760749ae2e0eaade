import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closest, errorText, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { parseConfigFile } from './config-file.ts'
import type { ConfigFile } from './config-file.ts'
import { absolutePath, portNumber, timeText, wholeSeconds } from './setting.ts'
import type { Given } from './setting.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import type { BtrfsSettings } from './settings.ts'

/** What {@link readSettings} takes. */
export interface ReadSettingsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Default: where buttervolume has it. One that is not there says nothing. */
  readonly configFile?: string
}

/** The settings of this host, and what is odd about them. */
export interface HostSettings {
  readonly settings: BtrfsSettings
  readonly findings: readonly Finding[]
}

const CONFIG_FILE = '/etc/buttervolume/config.ini'
const PREFIX = 'BUTTERVOLUME_'
/** The last four have no meaning here: they are of buttervolume's own client, tests, log and container. */
const KEYS =
  'VOLUMES_PATH SNAPSHOTS_PATH SCHEDULE RUNPATH SOCKET TIMER DTFORMAT DRIVERNAME TEST_REMOTE_PATH LOGLEVEL IN_CONTAINER'.split(
    ' ',
  )

/**
 * Reads the settings of a buttervolume host: `BUTTERVOLUME_KEY` of the environment over `[DEFAULT]` of `config.ini` over what
 * is built in; an empty value says nothing. Keys that nobody knows are findings (`BTRFS.SETTINGS_UNKNOWN`).
 * Rejects with `BTRFS.SETTINGS` for a value that cannot be, with the file and line or the variable that has it.
 */
export async function readSettings({
  environment,
  configFile = CONFIG_FILE,
}: ReadSettingsOptions): Promise<HostSettings> {
  const file = await readConfigFile(configFile)
  const given = (key: string): Given | undefined => {
    const name = `${PREFIX}${key}`
    const entry = file.entries.get(key)
    return (
      some(environment[name], `${name} in the environment`) ??
      some(entry?.value, `${key} in line ${String(entry?.line)} of ${configFile}`)
    )
  }
  const standard = DEFAULT_SETTINGS
  const runPath = absolutePath(given('RUNPATH'), '/run/docker')
  const settings: BtrfsSettings = {
    ...standard,
    volumesPath: absolutePath(given('VOLUMES_PATH'), standard.volumesPath),
    snapshotsPath: absolutePath(given('SNAPSHOTS_PATH'), standard.snapshotsPath),
    schedulePath: absolutePath(given('SCHEDULE'), standard.schedulePath),
    socketPath: absolutePath(given('SOCKET'), join(runPath, 'plugins/btrfs.sock')),
    tickMs: wholeSeconds(given('TIMER'), standard.tickMs / 1000) * 1000,
    timeFormat: timeText(given('DTFORMAT'), standard.timeFormat),
    sshPort: portNumber(some(environment['SSH_PORT'], 'SSH_PORT in the environment'), standard.sshPort),
  }
  checkApart(settings)
  return { settings, findings: [...file.findings, ...unknownKeys(environment, file, configFile)] }
}

function some(value: string | undefined, where: string): Given | undefined {
  return value === undefined || value.trim() === '' ? undefined : { value: value.trim(), where }
}

async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    return parseConfigFile(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return { entries: new Map(), findings: [] }
    throw new SalvageError('BTRFS.SETTINGS', `${path} cannot be read`, {
      why: errorText(error),
      hint: 'run as root, or remove it',
      cause: error,
    })
  }
}

function checkApart({ volumesPath, snapshotsPath }: BtrfsSettings): void {
  if (volumesPath !== snapshotsPath) return
  throw new SalvageError('BTRFS.SETTINGS', `volumes and snapshots are both in ${volumesPath}`, {
    why: 'a snapshot would be taken for a volume',
    hint: 'give VOLUMES_PATH and SNAPSHOTS_PATH two directories',
  })
}

function unknownKeys(
  environment: ReadSettingsOptions['environment'],
  { entries }: ConfigFile,
  path: string,
): readonly Finding[] {
  const variables = Object.keys(environment).flatMap((name) => (name.startsWith(PREFIX) ? [name] : []))
  return [
    ...variables.map((name) => ({ key: name.slice(PREFIX.length), where: `${name} in the environment` })),
    ...[...entries.values()].map(({ key, line }) => ({ key, where: `${key} in line ${String(line)} of ${path}` })),
  ]
    .filter(({ key }) => !KEYS.includes(key))
    .map(({ key, where }) => ({
      code: 'BTRFS.SETTINGS_UNKNOWN',
      message: `${where} means nothing`,
      ...hintFor(key),
    }))
}

function hintFor(key: string): { readonly hint?: string } {
  if (key === 'SSH_PORT') return { hint: 'set SSH_PORT in the environment, without a prefix' }
  const meant = closest(key, KEYS)
  return meant === undefined ? {} : { hint: `did you mean ${meant}?` }
}
