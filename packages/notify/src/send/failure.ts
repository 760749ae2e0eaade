import { isSalvageError, oneLine, SalvageError } from '@salvage-kit/core'
import { clip } from '../clip.ts'
import type { HttpMessage, Message } from '../notifier.ts'

/** Where a message goes, for people: host and port alone, for the rest of an address may be a secret. */
export function hostOf(message: Message): string {
  return message.kind === 'mail' ? `${message.host}:${String(message.port)}` : new URL(message.url).host
}

/** What an answer says, short, on one line, and without anything of the request that is a secret. */
export function excerptOf(text: string, message: HttpMessage): string {
  const { pathname, search, username, password } = new URL(message.url)
  const secrets = [
    message.url,
    `${pathname}${search}`,
    decoded(pathname),
    ...pathname.split('/'),
    ...search.split(/[?&=]/),
    username,
    password,
    ...Object.values(message.headers).flatMap((value) => [value, ...value.split(' ')]),
    // Shorter ones say nothing, and would mask half of every text.
  ].filter((secret) => secret.length >= 4 && !USUAL.has(secret))
  let safe = text
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) safe = safe.replaceAll(secret, '***')
  return clip(oneLine(safe), 200)
}

const USUAL = new Set(['application/json', 'text/plain;', 'charset=utf-8', 'Bearer', 'message', 'webhooks'])

/** Why a connection failed: `code` and text as the system gives them, which name hosts and ports alone. */
export function connectionFailure(message: Message, error: unknown): SalvageError {
  if (isSalvageError(error)) return error
  const certificate = isCertificateFault(error)
  return new SalvageError('REPORT.FAILED', `${hostOf(message)} cannot be reached`, {
    why: error instanceof Error ? scrubbed(error) : String(error),
    hint: certificate
      ? 'name the authority that signed the certificate with caFile'
      : 'see that it can be reached from here',
    // A certificate does not mend itself within a minute.
    retryable: !certificate,
    cause: error,
  })
}

function scrubbed(error: Error): string {
  // Several addresses of one host were tried: the message of the whole is empty.
  const errors = error instanceof AggregateError ? error.errors.filter((one) => one instanceof Error) : [error]
  return clip(oneLine(errors.map(({ message }) => message).join('; ')), 200)
}

function isCertificateFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL/.test(code)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
