import { deadline } from '../deadline.ts'
import { aborted } from './aborted.ts'

/** How long an aborted lift may take to stop once the workloads are up, in milliseconds. */
export const TEARDOWN_MS = 150_000

/** Resolves when the work has ended, however it ended, and no later than after `ms` milliseconds. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  using limit = deadline(ms)
  await Promise.race([work.catch(() => undefined), aborted(limit.signal)])
}
