import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { passedOptions } from './passed-options.ts'
import type { PassedOptions } from './passed-options.ts'
import { settingsOf } from './settings.ts'
import type { Settings } from './settings.ts'
import { localFolder } from './url.ts'

/** How a depot is encrypted. */
export type Encryption = 'none' | 'symmetric' | 'key'

/** A store as duplicity is told of it. */
export interface Depot extends Settings {
  /** Says which one it is, to people; holds no secret. */
  readonly ref: Store['ref']
  /** The folder of a URL of this machine. */
  readonly folder: string | undefined
  readonly encrypts: Encryption
  readonly passed: PassedOptions
  /** Variables with secrets in them. Never in an argument, a message or a file. */
  readonly secrets: Readonly<Record<string, string>>
  /** Where what belongs to this URL is kept on this machine. */
  readonly home: string
}

/**
 * Reads what a store says, and the files of its secrets. Rejects with `STORE.NO_PASSWORD` when one of them cannot be read
 * or nothing says how the store is to be encrypted.
 */
export async function depotOf(stateDirectory: string, store: Store): Promise<Depot> {
  const settings = settingsOf.parse(store.settings)
  const secrets: Record<string, string> = {}
  for (const [name, file] of Object.entries(settings.credentials ?? {})) secrets[name] = await secretIn(file, store)
  const inherited = process.env['PASSPHRASE']
  const passphrase = settings.passphraseFile === undefined ? inherited : await secretIn(settings.passphraseFile, store)
  if (passphrase !== undefined) secrets['PASSPHRASE'] = passphrase
  const encrypts = settings.encryption ?? (settings.encryptKey === undefined ? 'symmetric' : 'key')
  if (encrypts === 'symmetric' && (passphrase ?? '') === '') throw noPassphrase(store)
  // Without the variable duplicity would ask, and nobody answers.
  if (encrypts === 'key' && passphrase === undefined) secrets['PASSPHRASE'] = ''
  return {
    ...settings,
    ref: store.ref,
    folder: localFolder(settings.url),
    encrypts,
    passed: withTimeout(settings.url, passedOptions(settings.options ?? [])),
    secrets,
    home: homeIn(stateDirectory, settings),
  }
}

/** In seconds, of silence. */
const RSYNC_TIMEOUT = 120

/** Rsync waits for ever by itself, and duplicity's own `--timeout` does not reach it. What a person says goes before. */
export function withTimeout(url: string, passed: PassedOptions): PassedOptions {
  const isSaid = passed.always.some((word) => /^--rsync-options=.*--timeout\b/.test(word))
  if (!url.startsWith('rsync://') || isSaid) return passed
  return { ...passed, always: [`--rsync-options=--timeout=${String(RSYNC_TIMEOUT)}`, ...passed.always] }
}

/** What can be said of a store without its secrets. */
export function homeOf(stateDirectory: string, store: Store): Pick<Depot, 'home' | 'target'> {
  const settings = settingsOf.parse(store.settings)
  const { target } = settings
  return { home: homeIn(stateDirectory, settings), ...(target === undefined ? {} : { target }) }
}

function homeIn(stateDirectory: string, { url }: Settings): string {
  return join(stateDirectory, 'duplicity', createHash('sha256').update(url).digest('hex').slice(0, 16))
}

const SECRET_NAME = /PASSPHRASE|PASSWORD|SECRET|TOKEN/
/** A shorter one could be part of any word. */
const SHORTEST_INHERITED = 6

/** Masking a shorter one would leave no word whole, and hide nothing that is not guessed at once. */
const SHORTEST_SECRET = 4

/** A text of which nobody knows what is in it, without the secrets of a depot and those that this process inherited. */
export function withoutSecrets(text: string, { secrets }: Pick<Depot, 'secrets'>): string {
  const inherited = Object.entries(process.env).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) && value.length >= SHORTEST_INHERITED && !value.startsWith('/') ? [value] : [],
  )
  let clean = text
  for (const secret of [...Object.values(secrets), ...inherited])
    if (secret.length >= SHORTEST_SECRET) clean = clean.replaceAll(secret, '***')
  return clean
}

async function secretIn(file: string, store: Store): Promise<string> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    const what = why.startsWith('ENOENT') ? `there is no file ${file}` : `the file ${file} cannot be read`
    throw new SalvageError('STORE.NO_PASSWORD', `${what}, which should hold a secret of ${store.ref}`, {
      cause,
      why,
      hint: 'correct the path of its file, or who may read it',
    })
  })
  return content.replace(/\r?\n$/, '')
}

function noPassphrase(store: Store): SalvageError {
  return new SalvageError('STORE.NO_PASSWORD', `there is no passphrase for ${store.ref}`, {
    hint:
      'give --password-file FILE, set PASSPHRASE, name a key with encryptKey:, ' +
      'or say encryption: none in the configuration',
  })
}
