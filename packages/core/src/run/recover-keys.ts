import { SalvageError } from '../error.ts'
import type { JournalEntry, Undo } from '../journal/journal.ts'
import type { Rig } from '../rig.ts'
import { keyOf } from './recover.ts'
import { release } from './release.ts'

/** Copies stand beside the target: taking those of a dead run back may be long, and is left to `recover`. */
const COPIES: ReadonlySet<Undo['kind']> = new Set(['snapshot', 'exposure', 'lift'])

/**
 * Takes back what dead runs did to these keys, which `runId` holds, and nothing else: cheap when there is nothing, which
 * is nearly always. Rejects with `RECOVER.STUCK` when something of these keys could not be put back, and with
 * `LOCK.BUSY` while another process is at it.
 */
export async function recoverKeys(rig: Rig, runId: string, keys: readonly string[]): Promise<void> {
  const concerned = ({ undo }: JournalEntry): boolean => !COPIES.has(undo.kind) && keys.includes(keyOf(undo))
  const runs = [...new Set((await rig.journal.pending()).filter(concerned).map((entry) => entry.runId))]
  for (const dead of runs) {
    await using lock = dead === runId ? undefined : await rig.locks.adopt(dead)
    // Its run does not hold the keys, for this one does: somebody recovers it.
    if (dead !== runId && lock === undefined) throw isRecovered(dead)
    // Read again under the lock: another process may have recovered the run in between.
    const [stuck] = await release(rig, (await rig.journal.pending(dead)).filter(concerned))
    if (stuck === undefined) continue
    throw new SalvageError('RECOVER.STUCK', `${stuck.what} of run ${dead} could not be put back`, {
      why: stuck.failure.message,
      hint: stuck.failure.hint ?? 'remove the cause, then run `salvage-kit recover`',
    })
  }
}

function isRecovered(runId: string): SalvageError {
  return new SalvageError('LOCK.BUSY', `what run ${runId} left is just being put back`, {
    why: 'another process recovers that run',
    hint: 'wait until it is done',
    retryable: true,
  })
}
