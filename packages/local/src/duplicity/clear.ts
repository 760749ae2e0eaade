import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions, LiftRef } from '@salvage-kit/core'
import { endMarked } from '../process/end-processes.ts'
import { dropUnfinished } from './cache.ts'
import type { Depot } from './depot.ts'
import { markOf } from './duplicity-environment.ts'
import { DUPLICITY_GRACE_MS } from './run-program.ts'
import { seriesOf } from './series.ts'

/**
 * Ends what still runs of a lift (a GnuPG agent that it started, too), and removes what it wrote on this machine. Its lock
 * went with it: duplicity 0.8 and newer hold one of the kernel's. Needs no secret, and no far end.
 */
export async function clear(
  depot: Pick<Depot, 'home' | 'target'>,
  ref: LiftRef,
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  await endMarked(markOf(ref.id), { first: 'SIGINT', graceMs: DUPLICITY_GRACE_MS })
  await rm(join(depot.home, 'work', ref.id), { recursive: true, force: true })
  await dropUnfinished(depot, seriesOf(ref, depot))
}
