import { errorText, SalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import type { Deed } from '../error.ts'

/** An attempt that got no whole answer. */
export interface Lost {
  readonly kind: 'lost'
  readonly error: unknown
  /** The server's certificate is not accepted: another attempt would end in the same way. */
  readonly certificate: boolean
}

/** What came back of one attempt, whole. */
export interface Reply {
  readonly kind: 'reply'
  readonly status: number
  readonly text: string
}

const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|ERR_OSSL)/
const Said = z.object({
  code: z.string().nullish(),
  message: z.string().nullish(),
  detail: z.string().nullish(),
  fieldName: z.string().nullish(),
})

/** Reads what a transport failed with. */
export function lost(error: unknown): Lost {
  return { kind: 'lost', error, certificate: TLS.test(codeOf(error)) }
}

/** The error of a call that got no answer. */
export function unreachable({ method, place }: Deed, { error, certificate }: Lost): SalvageError {
  const why = [codeOf(error), errorText(error)].filter((part) => part !== '').join(': ')
  return certificate
    ? new SalvageError('RANCHER.CERTIFICATE', `${method} ${place}: the certificate of the server is not accepted`, {
        why,
        hint: 'give the file of the certificate authority that signed it',
        cause: error,
      })
    : new SalvageError('RANCHER.UNREACHABLE', `${method} ${place}: no answer`, { why, retryable: true, cause: error })
}

/** The error of an answer that is no success. What was sent never comes into it. */
export function refusal({ method, place }: Deed, { status, text }: Reply): SalvageError {
  const [code, words, hint] = meaning(status)
  const why = said(text)
  return new SalvageError(code, `${method} ${place}: ${words} (status ${String(status)})`, {
    ...(why === '' ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
    retryable: status >= 500 || status === 409 || status === 429,
    untouched: status >= 400 && status < 500,
  })
}

function meaning(status: number): readonly [code: string, words: string, hint?: string] {
  if (status === 401)
    return ['RANCHER.UNAUTHORIZED', 'the API does not know this key', 'was the key removed, or has it expired?']
  if (status === 403)
    return [
      'RANCHER.FORBIDDEN',
      'this key may not do it',
      'does the key belong to what is asked for, with the rights for it?',
    ]
  if (status === 404) return ['RANCHER.NOT_FOUND', 'it is not there']
  if (status === 409) return ['RANCHER.CONFLICT', 'it is busy, or not as it was read']
  if (status === 400 || status === 422) return ['RANCHER.INVALID', 'the API cannot accept it']
  if (status >= 300 && status < 400)
    return ['RANCHER.ADDRESS', 'the server sends elsewhere', 'give the address that it sends to']
  if (status === 502 || status === 503 || status === 504) return ['RANCHER.UNREACHABLE', 'the API does not serve']
  return ['RANCHER.REFUSED', 'refused']
}

/** The words of the API; or those of a proxy on the way, on one line and without markup. */
function said(text: string): string {
  const body = Said.safeParse(parsed(text)).data
  if (body !== undefined)
    return [body.code, body.fieldName, body.message, body.detail]
      .filter((part, at, all) => part != null && part !== '' && all.indexOf(part) === at)
      .join(': ')
  return text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? '' : codeOf(error.cause)
}
