import { SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import type { HookUser } from './hook-token.ts'

/**
 * The user with this name or number, as the machine's name service knows it; undefined for the user that this process
 * runs as already. Rejects with `HOOK.USER` when there is none, or when this process may not become somebody else.
 */
export async function findUser(name: string, signal: AbortSignal): Promise<HookUser | undefined> {
  const result = await execa('getent', ['passwd', name], { reject: false, cancelSignal: signal, stdin: 'ignore' })
  signal.throwIfAborted()
  const [login, , uid, gid, , home, shell] = result.stdout.split('\n')[0]?.split(':') ?? []
  if (result.exitCode === undefined) throw refused(name, 'the program getent, which looks users up, cannot be started')
  if (result.exitCode !== 0 || login === undefined || uid === undefined || gid === undefined)
    throw refused(name, 'this machine has no such user')
  if (Number(uid) === process.geteuid?.()) return undefined
  if (process.geteuid?.() !== 0) throw refused(name, 'only root can run commands as another user')
  return { name: login, uid: Number(uid), gid: Number(gid), home: home || '/', shell: shell || '/bin/sh' }
}

function refused(name: string, why: string): SalvageError {
  return new SalvageError('HOOK.USER', `hooks cannot run as the user ${JSON.stringify(name)}`, {
    why,
    hint: 'name a user that "getent passwd" shows, or leave the user out',
  })
}
