import type { Archive, ClaimSource, Finding, LiftRef, RestorePoint } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { sameClaim } from './claims.ts'
import { judgeAction } from './exit-codes.ts'
import { jobOfLift } from './job-ref.ts'
import { perform } from './perform.ts'
import type { PerformOptions } from './perform.ts'
import { readLiftResult } from './result.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { judge } from './verdict.ts'
import { liftWork } from './work.ts'

/** One claim, one Job, one archive. */
export async function liftClaim(
  cluster: Cluster,
  { ref, crane, source }: { readonly ref: LiftRef; readonly crane: NamedCrane; readonly source: ClaimSource },
  options: Omit<PerformOptions<Archive>, 'conclude' | 'limitMs'>,
): Promise<Archive> {
  const claim = await sameClaim(cluster, source, options)
  const now = new Date()
  const work = liftWork(crane, ref, source, { claim, now })
  const all = { ...options, limitMs: crane.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS }
  return perform(cluster, crane, jobOfLift(ref, source.namespace), work, {
    ...all,
    async conclude(end, tell, clean) {
      if (crane.contract.version === 1) return archive(ref, now, { id: ref.id, token: null }, judge(work.what, end))
      const verdict = judgeAction(work.what, 'lift', ref.store, end)
      const { findings, ...said } = readLiftResult(await tell(), { what: work.what, clean })
      const found = [...findings, ...verdict.findings]
      return archive(ref, now, said, verdict.partial && found.length === 0 ? [unsaid(work.what)] : found)
    },
  })
}

function archive(
  ref: LiftRef,
  takenAt: Date,
  said: Pick<RestorePoint, 'id' | 'bytes' | 'storedBytes' | 'files' | 'token'>,
  findings: readonly Finding[],
): Archive {
  return {
    point: {
      kind: 'archive',
      ...said,
      target: ref.target,
      store: ref.store.ref,
      takenAt: takenAt.toISOString(),
      state: findings.length === 0 ? 'good' : 'partial',
      machine: ref.machine,
      runId: ref.runId,
    },
    findings,
  }
}

function unsaid(what: string): Finding {
  return {
    code: 'CRANE.PARTIAL',
    message: `${what} says that its archive is not whole, and not why`,
    hint: 'see what it prints',
  }
}
