import { deadline } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { TokenDocument } from './client/schema.ts'
import type { Norman } from './client/norman.ts'

const SOON_MS = 7 * 86_400_000
/** Nobody waits longer for what is good to know only. */
const PATIENCE_MS = 15_000

/**
 * A finding when the token that asks ends within seven days of `now`; undefined when it lasts longer, or nobody tells: a token
 * may do its work and not be permitted to look at itself, newer servers may not tell of it here, and no work depends on it.
 * Rejects only when `signal` says so.
 */
export async function tokenEnd(api: Norman, now: Date, { signal }: CallOptions): Promise<Finding | undefined> {
  using guard = deadline(PATIENCE_MS, signal)
  let tokens: readonly TokenDocument[]
  try {
    tokens = (await api.list('/tokens', TokenDocument, { signal: guard.signal, filter: { current: 'true' } })).items
  } catch {
    signal.throwIfAborted()
    return undefined
  }
  const ends = Date.parse(tokens.find(({ current }) => current)?.expiresAt ?? '')
  if (Number.isNaN(ends) || ends - now.getTime() > SOON_MS) return undefined
  return {
    code: 'RANCHER.TOKEN_ENDS',
    message: `the token for Rancher ends at ${new Date(ends).toISOString()}`,
    hint: 'make a new one and write it into the same file: it is read again by itself',
  }
}
