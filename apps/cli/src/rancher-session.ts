import { loadRancherBackup } from '@salvage-kit/host/rancher-backup'
import type { LoadedRancherBackup, Pull } from '@salvage-kit/host/rancher-backup'
import { stateDirectory } from '@salvage-kit/host'
import { failureText } from './failure.ts'
import type { Invocation } from './invocation.ts'
import type { Place } from './session.ts'
import type { RedactedTerminal } from './redacted-terminal.ts'

/** Before a URL said another one. */
const GIVEN = process.env['FTP_PASSWORD']

/** The options of all verbs of Rancher. */
export interface RancherOptions {
  readonly configFile?: string
  readonly configDir?: string
  readonly pull?: Pull
}

/** What rancher-backup is set to do. */
export interface RancherPlace extends Place {
  readonly read: LoadedRancherBackup
}

/**
 * Reads the settings of rancher-backup; no file of salvage-kit is read. What is odd about them is said on stderr, and their
 * secrets are never shown.
 */
export async function rancherPlace(invocation: Invocation<RancherOptions>): Promise<RancherPlace> {
  const read = await readRancher(invocation)
  const { options, terminal } = invocation
  if (options.quiet !== true) for (const finding of read.findings) terminal.err(failureText(finding, 'warning'))
  const { environment, directory } = terminal
  const isRoot = process.getuid?.() === 0
  const state = stateDirectory({ option: options.state, configured: undefined, environment, directory, isRoot })
  return { read, loaded: read.loaded, state }
}

/** As much of an invocation as reading takes. */
export interface RancherReading {
  readonly options: RancherOptions
  readonly terminal: Pick<RedactedTerminal, 'environment' | 'directory' | 'redactor'>
}

/** The same without a word. */
export async function readRancher({ options, terminal }: RancherReading): Promise<LoadedRancherBackup> {
  const { environment, directory, redactor } = terminal
  for (const name of ['BACKUP_RANCHER_api_secret', 'BACKUP_RANCHER_db_password', 'CATTLE_SECRET_KEY', 'PASSPHRASE']) {
    const value = environment[name] ?? ''
    if (value !== '') redactor.add(value)
  }
  const { configFile: file, configDir: folder, pull } = options
  const read = await loadRancherBackup({ environment, directory, file, folder, pull })
  for (const secret of read.secrets) redactor.add(secret)
  // Duplicity has no other way to a password than its environment; what is read again may have another one, or none.
  const password = read.children['FTP_PASSWORD'] ?? GIVEN
  if (password === undefined) delete process.env['FTP_PASSWORD']
  else process.env['FTP_PASSWORD'] = password
  return read
}
