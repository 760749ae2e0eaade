import { SalvageError } from '@salvage-kit/core'

/*
 * The codes of the client; those of programs in pods (`EXEC.…`) stand beside their thrower.
 *
 * K8S.CONFIG         no kubeconfig and no service account, or a kubeconfig that cannot be used
 * K8S.CREDENTIALS    a token, a certificate or the program that gives them cannot be had
 * K8S.UNREACHABLE    no connection to the API server, or it broke and it is not known what came of the call; often retryable
 * K8S.BUSY           the API server asked to come later, for longer than this was worth; retryable
 * K8S.UNAUTHORIZED   the API server does not know this user, also with credentials that were read again
 * K8S.FORBIDDEN      this user may not do it, or a policy or a quota of the namespace forbids the object
 * K8S.NOT_FOUND      what the call is about, or the namespace it is to be in, is not there
 * K8S.NO_KIND        the API does not serve this kind
 * K8S.EXISTS         the name is taken
 * K8S.CONFLICT       the object is not as it was read
 * K8S.INVALID        the API server cannot accept the object or the change
 * K8S.EXPIRED        the place where a watch was is gone: events may have been missed; list anew
 * K8S.ANSWER         the answer is not what the API says
 * K8S.REFUSED        any other refusal
 */

/** What a call to the API server was: for messages. */
export interface Deed {
  /** As RBAC says it: `get`, `list`, `watch`, `create`, `patch`, `delete`. */
  readonly verb: string
  /** Kind, namespace and name. */
  readonly subject: string
}

type Details = ConstructorParameters<typeof SalvageError>[2]

/** A failed call, in the one form that all of them have. `said` tells what came of it, in words that name no secret. */
export function failedCall(code: string, deed: Deed, said: string, details: Details): SalvageError {
  return new SalvageError(code, `${deed.verb} ${deed.subject}: ${said}`, details)
}
