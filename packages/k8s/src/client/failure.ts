import type { SalvageError } from '@salvage-kit/core'
import { failedCall } from '../error.ts'
import type { Deed } from '../error.ts'
import { Status } from './schema.ts'

/** What the API server says in the body of a refusal; empty when it is no `Status`, such as the page of a proxy. */
export function readStatus(text: string): Status {
  try {
    return Status.safeParse(JSON.parse(text)).data ?? {}
  } catch {
    return {}
  }
}

/** True for "there is no such object", false for "there is no such kind". */
export function objectMissing(status: number, said: Status): boolean {
  return status === 404 && said.details?.name !== undefined
}

/**
 * Whether something before the API server says that it failed: what the server itself says is an object. Rancher's proxy answers
 * with one line of text when the agent of the cluster has gone.
 */
export function isOfProxy(status: number, text: string): boolean {
  return status === 500 && !text.trimStart().startsWith('{')
}

/** The error of an answer that is no success. Its `why` is what the server said; headers never come into it. */
export function refusal(deed: Deed, status: number, text: string): SalvageError {
  const said = readStatus(text)
  const why = said.message ?? plainText(text)
  const [code, words, hint] = isOfProxy(status, text) ? AWAY : meaning(status, said)
  const known = status < 500
  return failedCall(code, deed, words, {
    ...(why === '' ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
    retryable: !known || status === 429 || code === 'K8S.EXPIRED',
    untouched: known,
  })
}

type Meaning = readonly [code: string, words: string, hint?: string | undefined]

const AWAY: Meaning = ['K8S.UNREACHABLE', 'a proxy does not reach the API server']

function meaning(status: number, said: Status): Meaning {
  if (status === 400 || status === 422) return ['K8S.INVALID', 'the API server cannot accept it']
  if (status === 401)
    return ['K8S.UNAUTHORIZED', 'the API server does not know this user', 'log in again, or renew the token']
  if (status === 403) return ['K8S.FORBIDDEN', 'not permitted', permissionHint(said)]
  if (status === 404)
    return objectMissing(status, said)
      ? ['K8S.NOT_FOUND', 'it is not there']
      : ['K8S.NO_KIND', 'the API does not serve this kind', 'is its CustomResourceDefinition installed?']
  if (status === 409)
    return said.reason === 'AlreadyExists'
      ? ['K8S.EXISTS', 'the name is taken']
      : ['K8S.CONFLICT', 'the object is not as it was read']
  if (status === 410) return ['K8S.EXPIRED', 'what was read is too old to go on from']
  if (status === 429) return ['K8S.BUSY', 'the API server has too much to do']
  if (status === 502 || status === 503 || status === 504) return ['K8S.UNREACHABLE', 'the API server does not serve']
  return ['K8S.REFUSED', `refused with status ${String(status)}`]
}

/** RBAC says "cannot VERB resource"; quotas and policies say other things. */
function permissionHint({ message = '' }: Status): string | undefined {
  return message.includes(' cannot ') ? 'a Role must permit it to this user' : undefined
}

/** The words of something that is not the API server, such as a proxy: one line, no markup. */
function plainText(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
