import { randomBytes } from 'node:crypto'
import type { ClaimSource, CraneAction, LiftRef } from '@salvage-kit/core'
import { labelValue } from '../label/label-value.ts'
import { CUT } from '../snapshot/key.ts'
import { CRANE_ROLE, JOB } from './key.ts'
import type { JobRef } from './manifest.ts'
import { hostName, liftJob, taskJob, withdrawalJob } from './name.ts'

/** The Job of a lift. */
export function jobOfLift(ref: Pick<LiftRef, 'id' | 'runId'>, namespace: string): JobRef {
  const hostname = hostName(ref)
  return {
    namespace,
    name: liftJob(ref),
    labels: labelsOf('lift', ref.id, ref.runId),
    ...(hostname === undefined ? {} : { hostname }),
  }
}

/** A Job that belongs to no lift, or that withdraws one: what clears the lift up clears it up too. */
export function jobOfTask(
  action: CraneAction,
  namespace: string,
  about: { readonly ref?: Pick<LiftRef, 'id' | 'runId'>; readonly fills?: ClaimSource },
): JobRef {
  const { ref, fills } = about
  const id = ref?.id ?? `task-${randomBytes(8).toString('hex')}`
  return {
    namespace,
    name: ref === undefined ? taskJob(id) : withdrawalJob(ref),
    labels: {
      ...labelsOf(action, id, ref?.runId ?? id),
      ...(fills === undefined ? {} : { [JOB.fills]: labelValue(fills.name) }),
    },
  }
}

function labelsOf(action: CraneAction, id: string, runId: string): Readonly<Record<string, string>> {
  return {
    [CUT.runId]: labelValue(runId),
    [CUT.role]: CRANE_ROLE,
    [JOB.lift]: labelValue(id),
    [JOB.action]: action,
  }
}
