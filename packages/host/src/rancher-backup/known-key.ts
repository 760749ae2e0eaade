import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { LoadedRancherBackup } from './load.ts'

const PATIENCE_MS = 30_000

/** That GnuPG does not know the key for which copies are encrypted; nothing when it does, or when there is no GnuPG to ask. */
export async function unknownKey(
  { settings, gnupgHome, loaded: { environment = process.env } }: LoadedRancherBackup,
  { signal }: CallOptions,
): Promise<Finding | undefined> {
  const { encryptKey: key } = settings.duplicity
  if (key === undefined) return undefined
  const env = { ...environment, LC_ALL: 'C.UTF-8', ...(gnupgHome === undefined ? {} : { GNUPGHOME: gnupgHome }) }
  const args = ['--batch', '--quiet', '--no-tty', '--list-keys', '--', key]
  try {
    await promisify(execFile)('gpg', args, { env, signal, timeout: PATIENCE_MS })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // Killed, or never begun: nobody knows.
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') return undefined
    return {
      code: 'STORE.NO_KEY',
      message: `duplicity.encrypt-key: GnuPG has no key ${key}`,
      hint: `import it into ${gnupgHome ?? environment['GNUPGHOME'] ?? 'the key ring of this user'}; is its folder mounted?`,
    }
  }
}
