import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deadline, SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import type { Depot } from './depot.ts'
import { duplicityEnvironment } from './duplicity-environment.ts'
import type { Far, FarCall } from './far.ts'
import { lastWords } from './last-words.ts'
import { farFile } from './names.ts'
import type { Series } from './series.ts'

/** How long GnuPG may take for one question, in milliseconds: its agent can wait for somebody who is not there. */
const PATIENCE_MS = 120_000

/**
 * That GnuPG can do what a lift will ask of it: it has the key; or the passphrase opens the newest manifest of our
 * series, since a copy with another one would be built upon chains that it cannot read. What other programs keep there
 * may have any passphrase. Rejects with `STORE.NO_KEY`, `STORE.WRONG_PASSWORD`, and `CRANE.FAILED` when GnuPG does not
 * answer within `patienceMs`.
 */
export async function mustOpen(
  depot: Depot,
  far: Pick<Far, 'names' | 'content'>,
  call: FarCall,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const names = await far.names()
  if (depot.encrypts === 'none') return
  if (depot.encryptKey !== undefined) return mustHaveKey(depot, depot.encryptKey, { ...call, patienceMs })
  const files = names.map(farFile).filter((file) => file !== undefined)
  const ours = new Set<Series>(files.filter(({ kind }) => kind === 'note').map(({ series }) => series))
  if (depot.target !== undefined) ours.add('')
  const newest = files
    .filter((file) => file.kind === 'set' && file.part === 'manifest' && file.name.endsWith('.gpg'))
    .filter(({ series }) => ours.has(series))
    .toSorted((a, b) => a.time.localeCompare(b.time))
    .at(-1)
  if (newest === undefined) return
  const file = join(call.folder, 'manifest.gpg')
  await writeFile(file, await far.content(newest.name), { mode: 0o600 })
  const args = ['--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--decrypt', '--output', '/dev/null', file]
  const { failed, stderr } = await gpg(depot, args, { ...call, patienceMs }, depot.secrets['PASSPHRASE'])
  if (failed)
    throw new SalvageError('STORE.WRONG_PASSWORD', `the passphrase does not open ${depot.ref}`, {
      why: stderr,
      hint: 'name the right file with --password-file; a new passphrase needs a new URL',
    })
}

interface GnuPgCall extends FarCall {
  readonly patienceMs: number
}

async function mustHaveKey(depot: Depot, key: string, call: GnuPgCall): Promise<void> {
  const { failed, stderr } = await gpg(depot, ['--list-keys', '--', key], call)
  if (failed)
    throw new SalvageError('STORE.NO_KEY', `GnuPG has no key ${key}, for which ${depot.ref} is encrypted`, {
      why: stderr,
      hint: 'import it, or name the directory of its key ring with gnupgHome: in the configuration',
    })
}

async function gpg(
  depot: Depot,
  args: readonly string[],
  call: GnuPgCall,
  input?: string,
): Promise<{ readonly failed: boolean; readonly stderr: string }> {
  using guard = deadline(call.patienceMs, call.signal, silent(depot))
  const { failed, stderr } = await execa('gpg', ['--batch', '--quiet', '--yes', '--no-tty', ...args], {
    env: duplicityEnvironment(depot, call, process.env),
    extendEnv: false,
    reject: false,
    stdout: 'ignore',
    cancelSignal: guard.signal,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  guard.signal.throwIfAborted()
  return { failed, stderr: lastWords(stderr ?? '', /decryption failed/) }
}

function silent({ ref }: Depot): SalvageError {
  return new SalvageError('CRANE.FAILED', `GnuPG does not answer whether it can open ${ref}`, {
    why: 'its agent may wait for somebody to enter a passphrase, or for a key card',
    hint: 'try gpg --decrypt by hand as this user; gpgconf --kill gpg-agent ends an agent that hangs',
    retryable: true,
  })
}
