import { SalvageError } from '../error.ts'
import type { HeldKey } from './key-table.ts'

const SHOWN = 3

/** `LOCK.BUSY`: what is held, by which run and process, since when. `held` is not empty. */
export function busy(held: readonly HeldKey[]): SalvageError {
  const shown = held
    .slice(0, SHOWN)
    .map(
      ({ key, runId, pid, host, since }) =>
        `${key} is held by run ${runId} (process ${String(pid)} on ${host}, since ${since})`,
    )
  const more = held.length > SHOWN ? [`${String(held.length - SHOWN)} more are held`] : []
  return new SalvageError('LOCK.BUSY', [...shown, ...more].join('; '), {
    why: 'two runs must not touch the same targets or workloads at once',
    hint: 'wait until that run is over; its process is named here as it sees itself, in a container it has another number',
    retryable: true,
  })
}

/** `LOCK.BUSY`: the run itself is going on elsewhere. */
export function runIsAlive(runId: string): SalvageError {
  return new SalvageError('LOCK.BUSY', `run ${runId} is already going on, or is being recovered`, {
    why: 'one run is worked on by one process only',
    hint: 'wait until it is over',
    retryable: true,
  })
}
