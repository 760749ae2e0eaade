import { errorText } from '@salvage-kit/core'
import type { SalvageError } from '@salvage-kit/core'
import { failedCall } from '../error.ts'
import type { Deed } from '../error.ts'

/** An attempt that got no whole answer. */
export interface Lost {
  readonly kind: 'lost'
  readonly error: unknown
  /** The call never reached the server. */
  readonly unsent: boolean
  /** Another attempt would fail in the same way. */
  readonly final: boolean
}

const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_CONN',
])
const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|ERR_OSSL)/

/** Reads what a transport failed with. */
export function lost(error: unknown): Lost {
  const code = codeOf(error)
  const tls = TLS.test(code)
  return { kind: 'lost', error, unsent: tls || UNSENT.has(code), final: tls }
}

/** The error of a call that got no answer in its time. `untouched`: no attempt of it can have reached the server. */
export function unreachable(deed: Deed, server: string, { error, final }: Lost, untouched: boolean): SalvageError {
  const code = codeOf(error)
  const said = errorText(error)
  return failedCall('K8S.UNREACHABLE', deed, `no connection to ${server}`, {
    why: [code, said]
      .filter((part, at) => part !== '' && (at === 0 || !said.includes(code) || part !== code))
      .join(': '),
    ...(final
      ? { hint: 'the certificate of the server, or that of this user, is not accepted: is it the right kubeconfig?' }
      : untouched
        ? {}
        : { hint: 'the connection broke during the call: it is not known what came of it' }),
    retryable: !final,
    untouched,
    cause: error,
  })
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.cause === undefined ? '' : codeOf(error.cause)
}
