import { closest, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { isHostName } from '../name/host-name.ts'
import { parsePattern } from '../retention/pattern.ts'
import type { PurgePattern } from '../retention/pattern.ts'

/** What a line of the schedule has done to its volume. */
export type ScheduledAction =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'replicate'; readonly host: string }
  | { readonly kind: 'purge'; readonly pattern: PurgePattern }
  | { readonly kind: 'synchronize'; readonly hosts: readonly string[] }

/** An action and how it is written today. */
export interface ReadAction {
  readonly action: ScheduledAction
  readonly text: string
  /** `SCHEDULE.DEPRECATED`: it was written as buttervolume 2 did. */
  readonly finding?: Finding
}

const KINDS = ['snapshot', 'replicate', 'purge', 'synchronize']

/**
 * Reads `snapshot`, `replicate:HOST`, `purge:PATTERN` or `synchronize:HOST,HOST`. `purge:2h:2h` is read as `purge:2h`. Throws
 * `SCHEDULE.ACTION`.
 */
export function parseAction(text: string): ReadAction {
  const end = text.indexOf(':')
  const [kind, rest] = end < 0 ? [text, undefined] : [text.slice(0, end), text.slice(end + 1)]
  if (kind === 'purge' && rest !== undefined) return parsePurge(text, rest)
  return { action: parseOther(text, kind, rest), text }
}

function parsePurge(text: string, rest: string): ReadAction {
  const [one, other, ...more] = rest.split(':')
  const isDeprecated = one !== undefined && one === other && more.length === 0
  try {
    const pattern = parsePattern(isDeprecated ? one : rest)
    const action: ScheduledAction = { kind: 'purge', pattern }
    return isDeprecated ? { action, text: `purge:${one}`, finding: deprecated(text, one) } : { action, text }
  } catch (error) {
    if (!isSalvageError(error)) throw error
    throw refused(text, error.why ?? error.message, error.hint)
  }
}

function parseOther(text: string, kind: string, rest: string | undefined): ScheduledAction {
  if (kind === 'snapshot' && rest === undefined) return { kind }
  if (kind === 'replicate' && rest !== undefined) {
    if (isHostName(rest)) return { kind, host: rest }
    throw refused(text, `${JSON.stringify(rest)} cannot be the name of a host`, 'write replicate:HOST')
  }
  if (kind === 'synchronize' && rest !== undefined) {
    const hosts = rest.split(',').map((host) => host.trim())
    const wrong = hosts.find((host) => !isHostName(host))
    if (wrong === undefined) return { kind, hosts }
    throw refused(text, `${JSON.stringify(wrong)} cannot be the name of a host`, 'write synchronize:HOST,HOST')
  }
  if (KINDS.includes(kind)) throw refused(text, kind === 'snapshot' ? 'snapshot takes nothing' : `${kind} needs more`)
  const meant = closest(kind, KINDS)
  throw refused(text, 'there is no such action', meant === undefined ? undefined : `did you mean ${meant}?`)
}

function deprecated(text: string, part: string): Finding {
  return {
    code: 'SCHEDULE.DEPRECATED',
    message: `${text} is read as purge:${part}`,
    why: 'buttervolume 2 needed a pattern of two parts, since 3 one is enough',
    hint: `write purge:${part}`,
  }
}

function refused(text: string, why: string, hint?: string): SalvageError {
  return new SalvageError('SCHEDULE.ACTION', `${JSON.stringify(text.slice(0, 80))} cannot be scheduled`, {
    why,
    hint: hint ?? 'write snapshot, replicate:HOST, purge:PATTERN or synchronize:HOST,HOST',
  })
}
