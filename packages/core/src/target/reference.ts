import { SalvageError } from '../error.ts'

/**
 * Says what and where in one string: `dir:/srv/app`, `docker:pgdata`, `archive:/backups`, `restic:/repo`.
 * The same form stands in arguments, configuration, plans, JSON and logs.
 */
export type Reference = `${string}:${string}`

/** A {@link Reference} to something that can be backed up. */
export type TargetRef = Reference

/** A reference taken apart at its first colon. */
export interface ParsedReference {
  readonly scheme: string
  readonly value: string
}

const SCHEME = /^[a-z][a-z0-9-]*$/

/** Takes a reference apart. Throws `REFERENCE.INVALID` when it has no scheme or no value, or holds a control character. */
export function parseReference(text: string): ParsedReference {
  const colon = text.indexOf(':')
  const scheme = text.slice(0, Math.max(colon, 0))
  const value = text.slice(colon + 1)
  if (colon < 1 || !SCHEME.test(scheme) || value === '')
    throw invalid(text, 'a reference is SCHEME:VALUE', 'write it like dir:/srv/app or docker:pgdata')
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  if (/[\u0000-\u001f\u007f]/.test(value)) throw invalid(text, 'it holds a control character', 'rename the target')
  return { scheme, value }
}

/** Checks and types a reference. Throws `REFERENCE.INVALID`. */
export function reference(text: string): Reference {
  const { scheme, value } = parseReference(text)
  return `${scheme}:${value}`
}

function invalid(text: string, why: string, hint: string): SalvageError {
  return new SalvageError('REFERENCE.INVALID', `${JSON.stringify(text)} is not a reference`, { why, hint })
}
