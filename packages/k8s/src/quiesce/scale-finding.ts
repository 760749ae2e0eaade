import { formatDuration, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { Controller } from '../workload/controller.ts'
import { nameOf } from '../workload/workload-id.ts'
import type { ScaleToken } from './scale-token.ts'

/** A reason not to begin. */
export function refused({ code, message, why, hint }: Finding): SalvageError {
  return new SalvageError(code, message, {
    untouched: true,
    ...(why === undefined ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
  })
}

/** `SCALE.CHANGED`: it is not as it was looked at, and nothing was done to it. */
export function changed(token: ScaleToken, found: Controller | undefined): SalvageError {
  return new SalvageError('SCALE.CHANGED', `${nameOf(token)} has changed since it was looked at`, {
    why: difference(token, found),
    hint: 'run again, and leave the workloads alone meanwhile',
    untouched: true,
  })
}

/** `SCALE.CHANGED`: somebody else has decided what it is to be, before it had come to rest. */
export function overruled(token: ScaleToken, found: Controller | undefined): SalvageError {
  const other = found?.uid === token.uid
  return new SalvageError('SCALE.CHANGED', `${nameOf(token)} was changed while its pods ended`, {
    why: other ? `it was told to have no pods and is to have ${String(found.replicas)}` : difference(token, found),
    hint: 'run again, and leave the workloads alone meanwhile; what scales it (a person, an operator, GitOps) must not do so then',
  })
}

/** `SCALE.CHANGED`: somebody else has decided what it is to be. */
export function changedMeanwhile(token: ScaleToken, found: Controller): Finding {
  return {
    code: 'SCALE.CHANGED',
    message: `${nameOf(token)} is left as it is: it was changed while it was at rest`,
    why: difference(token, found),
    hint: `it had ${String(token.replicas)} pods before: scale it if it should have them again`,
  }
}

/** `SCALE.GONE`. */
export function gone(token: ScaleToken): Finding {
  return {
    code: 'SCALE.GONE',
    message: `${nameOf(token)} is gone and cannot be put back`,
    why: 'it was removed while it was at rest',
    hint: 'make it anew if it is missed',
  }
}

/** `SCALE.NOT_DOWN`. */
export function notDown(token: ScaleToken): SalvageError {
  return new SalvageError(
    'SCALE.NOT_DOWN',
    `the pods of ${nameOf(token)} are not gone after ${formatDuration(token.downMs)}`,
    { hint: 'see kubectl get pods: a node that does not answer keeps them, and so does a finalizer', retryable: true },
  )
}

/** `HEALTH.TIMEOUT`. */
export function late(token: ScaleToken): Finding {
  return {
    code: 'HEALTH.TIMEOUT',
    message: `${nameOf(token)} does not have its ${String(token.ready)} ready pods again after ${formatDuration(token.upMs)}`,
    hint: `see kubectl -n ${token.namespace} describe ${token.kind} ${token.name}; if it needs longer, set salvage-kit.io/timeout`,
  }
}

function difference({ uid, replicas }: ScaleToken, found: Controller | undefined): string {
  if (found === undefined) return 'it was removed'
  if (found.uid !== uid) return 'it was removed and made anew'
  return `it had ${String(replicas)} pods and is to have ${String(found.replicas)}`
}
