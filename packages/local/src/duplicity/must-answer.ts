import { deadline, SalvageError } from '@salvage-kit/core'
import type { Depot } from './depot.ts'
import type { FarCall } from './far.ts'
import { silent } from './far-patience.ts'
import { runProgram } from './run-program.ts'

const PATIENCE_MS = 60_000

/**
 * That a folder of this machine can be looked at. Asked by a process of its own: one whose server is away keeps whoever asks,
 * and this process could not even end. Rejects with `STORE.UNREACHABLE`.
 */
export async function mustAnswer(depot: Depot, call: FarCall, patienceMs: number = PATIENCE_MS): Promise<void> {
  await isThere(depot, call, patienceMs)
}

/**
 * That the folder of a store on this machine is there before anything is looked for in it: duplicity would make it, and call it
 * empty, where only its disk is not mounted. Rejects with `STORE.NOT_FOUND`, `STORE.UNREACHABLE`.
 */
export async function mustBeThere(depot: Depot, call: FarCall): Promise<void> {
  if (await isThere(depot, call, PATIENCE_MS)) return
  throw new SalvageError('STORE.NOT_FOUND', `there is nothing at ${depot.ref}`, {
    why: `${depot.folder ?? depot.url} is no directory of this machine`,
    hint: 'is its disk mounted? A first run with --init makes the directory',
  })
}

/** A folder that is elsewhere is taken to be there. */
async function isThere(depot: Depot, call: FarCall, patienceMs: number): Promise<boolean> {
  if (depot.folder === undefined) return true
  using guard = deadline(patienceMs, call.signal, silent(depot, call, patienceMs))
  const { code } = await runProgram(depot, {
    argv: ['test', '-d', depot.folder],
    work: call.work,
    folder: call.folder,
    onLine: () => {},
    signal: guard.signal,
  })
  return code === 0
}
