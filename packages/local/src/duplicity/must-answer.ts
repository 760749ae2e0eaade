import { deadline } from '@salvage-kit/core'
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
  if (depot.folder === undefined) return
  using guard = deadline(patienceMs, call.signal, silent(depot, call, patienceMs))
  await runProgram(depot, {
    argv: ['test', '-d', depot.folder],
    work: call.work,
    folder: call.folder,
    onLine: () => {},
    signal: guard.signal,
  })
}
