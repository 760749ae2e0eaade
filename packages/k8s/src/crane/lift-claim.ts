import { lifted, liftedUntold, readLiftResult } from '@salvage-kit/core'
import type { Archive, ClaimSource, LiftRef } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { sameClaim } from './claims.ts'
import { jobOfLift } from './job-ref.ts'
import { JUDGE } from './judge.ts'
import { perform } from './perform.ts'
import type { PerformOptions } from './perform.ts'
import { fileOf } from './result.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { liftWork } from './work.ts'

/** One claim, one Job, one archive. */
export async function liftClaim(
  cluster: Cluster,
  { ref, crane, source }: { readonly ref: LiftRef; readonly crane: NamedCrane; readonly source: ClaimSource },
  options: Omit<PerformOptions<Archive>, 'conclude' | 'limitMs'>,
): Promise<Archive> {
  const claim = await sameClaim(cluster, source, options)
  const now = new Date()
  const takenAt = now.toISOString()
  const work = liftWork(crane, ref, source, { claim, now })
  const all = { ...options, limitMs: crane.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS }
  return perform(cluster, crane, jobOfLift(ref, source.namespace), work, {
    ...all,
    async conclude(end, tell, clean) {
      if (crane.contract.version === 1) return liftedUntold(ref, takenAt, JUDGE.lift(work.what, end))
      const verdict = JUDGE.action(work.what, 'lift', ref.store, end)
      const said = readLiftResult(fileOf(await tell(), 'result.json', work.what), { what: work.what, clean })
      return lifted(ref, takenAt, work.what, said, verdict)
    },
  })
}
