import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { TokenDocument } from './client/schema.ts'
import type { Norman } from './client/norman.ts'

const SOON_MS = 7 * 86_400_000
/** A token may do its work and not be permitted to look at itself; newer servers may not tell of it here. */
const NOT_TOLD = new Set(['RANCHER.FORBIDDEN', 'RANCHER.NOT_FOUND', 'RANCHER.UNAUTHORIZED'])

/**
 * A finding when the token that asks ends within seven days of `now`; undefined when it lasts longer, or nobody tells. Rejects
 * with the other codes of `Norman.list`.
 */
export async function tokenEnd(api: Norman, now: Date, options: CallOptions): Promise<Finding | undefined> {
  try {
    const { items } = await api.list('/tokens', TokenDocument, { ...options, filter: { current: 'true' } })
    const ends = Date.parse(items.find(({ current }) => current)?.expiresAt ?? '')
    if (Number.isNaN(ends) || ends - now.getTime() > SOON_MS) return undefined
    return {
      code: 'RANCHER.TOKEN_ENDS',
      message: `the token for Rancher ends at ${new Date(ends).toISOString()}`,
      hint: 'make a new one and write it into the same file: it is read again by itself',
    }
  } catch (error) {
    if (isSalvageError(error) && NOT_TOLD.has(error.code)) return undefined
    throw error
  }
}
