import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { reference, SalvageError } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { z } from 'zod'
import { localFolder, normaliseAddress } from './address.ts'

/** What a restic store is made of besides its address. */
export interface ResticStoreOptions {
  /** The file that holds the repository's password. Default: what `RESTIC_PASSWORD_FILE`, `_COMMAND` or `RESTIC_PASSWORD` say. */
  readonly passwordFile?: string
}

interface Settings {
  readonly address: string
  readonly passwordFile?: string
}

const settingsOf: z.ZodType<Settings> = z.strictObject({
  address: z.string().min(1),
  passwordFile: z.string().startsWith('/').exactOptional(),
})

/**
 * A restic repository as a store. `address` is whatever restic takes (`/repo`, `sftp:host:/repo`, `s3:…`, `rest:…`), or
 * `@FILE` for a file that holds it. Relative paths start at the working directory of this process.
 *
 * A store stands in plans and journals, so an address with a password in it is refused with `STORE.SECRET_IN_ADDRESS`:
 * such an address belongs into a file, or its password into `RESTIC_REST_PASSWORD`. Throws `REFERENCE.INVALID`.
 */
export function resticStore(address: string, options: ResticStoreOptions = {}): Store {
  const normal = normaliseAddress(address)
  return {
    ref: reference(`restic:${normal}`),
    crane: 'restic',
    settings: {
      address: normal,
      ...(options.passwordFile === undefined ? {} : { passwordFile: resolve(options.passwordFile) }),
    },
  }
}

/** A repository as restic is told of it. */
export interface Repository {
  /** Says which one it is, to people; holds no secret. */
  readonly ref: Store['ref']
  /** With its secrets. Never in an argument, a message or a file. */
  readonly address: string
  /** The folder of a repository of this machine. */
  readonly folder: string | undefined
  readonly passwordFile: string | undefined
}

/** Reads what a store says, and the file that holds its address. Rejects with `STORE.NOT_FOUND` when that is not there. */
export async function repositoryOf(store: Store): Promise<Repository> {
  const settings = settingsOf.parse(store.settings)
  const address = settings.address.startsWith('@')
    ? await addressIn(settings.address.slice(1), store)
    : withRestPassword(settings.address, process.env)
  return { ref: store.ref, address, folder: localFolder(address), passwordFile: settings.passwordFile }
}

async function addressIn(file: string, store: Store): Promise<string> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw noAddress(store, cause instanceof Error ? cause.message : String(cause))
  })
  const address = content.trim()
  if (address === '' || address.includes('\n')) throw noAddress(store, `${file} does not hold one address`)
  return address
}

/** Older versions of restic know neither variable, so the address carries what they say. */
function withRestPassword(address: string, environment: NodeJS.ProcessEnv): string {
  const [, scheme, host] = /^(rest:https?:\/\/)(?:[^/@]*@)?(.*)$/s.exec(address) ?? []
  const password = environment['RESTIC_REST_PASSWORD']
  const user = /^rest:https?:\/\/([^/@:]+)@/.exec(address)?.[1] ?? environment['RESTIC_REST_USERNAME']
  if (scheme === undefined || host === undefined || password === undefined || user === undefined) return address
  return `${scheme}${user}:${encodeURIComponent(password)}@${host}`
}

function noAddress(store: Store, why: string): SalvageError {
  return new SalvageError('STORE.NOT_FOUND', `the address of ${store.ref} cannot be read`, { why })
}
