import type { Finding } from '../../finding.ts'
import type { Archive, LiftRef } from '../crane.ts'
import type { ActionVerdict } from './judge.ts'
import type { LiftResult } from './result.ts'

/** The archive of a lift of version 1, which says nothing of it. */
export function liftedUntold(ref: LiftRef, takenAt: string, findings: readonly Finding[]): Archive {
  return archive(ref, takenAt, { id: ref.id, token: null }, findings)
}

/** The archive of a lift of version 2; `what` names the lift. */
export function lifted(
  ref: LiftRef,
  takenAt: string,
  what: string,
  { findings, ...said }: LiftResult,
  verdict: ActionVerdict,
): Archive {
  const told = [...findings, ...verdict.findings]
  return archive(ref, takenAt, said, verdict.partial && told.length === 0 ? [unsaid(what)] : told)
}

function archive(
  ref: LiftRef,
  takenAt: string,
  said: Omit<LiftResult, 'findings'> & { readonly token?: null },
  findings: readonly Finding[],
): Archive {
  return {
    point: {
      kind: 'archive',
      ...said,
      target: ref.target,
      store: ref.store.ref,
      takenAt,
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
