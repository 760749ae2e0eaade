import type { ClaimSource, Source } from '@salvage-kit/core'

/** The claim that a source is. */
export function claimOf(source: Source): ClaimSource {
  if (source.medium !== 'pvc') throw new Error(`a ${source.medium} is no claim`)
  return source
}
