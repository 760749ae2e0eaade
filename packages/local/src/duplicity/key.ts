import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import type { Depot } from './depot.ts'
import { duplicityEnvironment } from './duplicity-environment.ts'
import type { Far, FarCall } from './far.ts'
import { farFile } from './names.ts'

/**
 * That GnuPG can do what a lift will ask of it: it has the key; or the passphrase opens the newest manifest of the store,
 * since a copy with another one would be built upon chains that it cannot read. Rejects with `STORE.NO_KEY`,
 * `STORE.WRONG_PASSWORD`.
 */
export async function mustOpen(depot: Depot, far: Far, call: FarCall): Promise<void> {
  const names = await far.names()
  if (depot.encrypts === 'none') return
  if (depot.encryptKey !== undefined) return mustHaveKey(depot, depot.encryptKey, call)
  const newest = names
    .map(farFile)
    .filter((file) => file?.kind === 'set' && file.part === 'manifest' && file.name.endsWith('.gpg'))
    .filter((file) => file !== undefined)
    .toSorted((a, b) => a.time.localeCompare(b.time))
    .at(-1)
  if (newest === undefined) return
  const file = join(call.folder, 'manifest.gpg')
  await writeFile(file, await far.content(newest.name), { mode: 0o600 })
  const args = ['--pinentry-mode', 'loopback', '--passphrase-fd', '0', '--decrypt', '--output', '/dev/null', file]
  const { failed, stderr } = await gpg(depot, args, call, depot.secrets['PASSPHRASE'])
  if (failed)
    throw new SalvageError('STORE.WRONG_PASSWORD', `the passphrase does not open ${depot.ref}`, {
      why: stderr,
      hint: 'name the right file with --password-file; a new passphrase needs a new URL',
    })
}

async function mustHaveKey(depot: Depot, key: string, call: FarCall): Promise<void> {
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
  call: FarCall,
  input?: string,
): Promise<{ readonly failed: boolean; readonly stderr: string }> {
  const { failed, stderr } = await execa('gpg', ['--batch', '--quiet', '--yes', '--no-tty', ...args], {
    env: duplicityEnvironment(depot, call, process.env),
    extendEnv: false,
    reject: false,
    stdout: 'ignore',
    cancelSignal: call.signal,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  call.signal.throwIfAborted()
  return { failed, stderr: stderr ?? '' }
}
