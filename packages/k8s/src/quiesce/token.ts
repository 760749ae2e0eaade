import { SalvageError } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import type * as z from 'zod'
import type { WorkloadName } from '../workload/workload-id.ts'
import { parseWorkloadId } from '../workload/workload-id.ts'

/** Reads a token of a journal. Throws `K8S.TOKEN`. */
export function readToken<T>(schema: z.ZodType<T>, token: Json): T {
  const result = schema.safeParse(token)
  if (result.success) return result.data
  throw new SalvageError('K8S.TOKEN', 'this journal entry is not of a kind that this version can undo', {
    why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    hint: 'recover with the version that wrote it',
  })
}

/** Reads what a plan tells a quiescer. Throws `K8S.SETTINGS`. */
export function readSettings<T>(schema: z.ZodType<T>, settings: Json, workload: string): T {
  const result = schema.safeParse(settings)
  if (result.success) return result.data
  throw new SalvageError('K8S.SETTINGS', `how the workload ${workload} comes to rest cannot be read`, {
    why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  })
}

/** Which workload an id means. Throws `K8S.NO_WORKLOAD`. */
export function workloadOf(id: string): WorkloadName {
  const name = parseWorkloadId(id)
  if (name === undefined) throw noWorkload(id)
  return name
}

/** `K8S.NO_WORKLOAD`. */
export function noWorkload(id: string): SalvageError {
  return new SalvageError('K8S.NO_WORKLOAD', `there is no workload ${id}`, {
    hint: 'make a new plan: the workloads have changed since this one',
  })
}
