import { isSalvageError } from '@salvage-kit/core'
import type { Problem, Store, Survey, TargetRef, Tide } from '@salvage-kit/core'

/** A tide that knows the stores of single targets, and a survey without those whose store is not there. */
export interface WithStores {
  readonly tide: Tide
  readonly survey: Survey
}

/**
 * Gives the targets of a tide that labels name another crane for that crane's store. One that names a crane that is not
 * there is skipped with the reason: another place than the one that was asked for would be a surprise.
 */
export async function withOtherStores(
  survey: Survey,
  tide: Tide,
  name: string,
  store: (text: string) => Promise<Store>,
): Promise<WithStores> {
  const storeOf: Record<TargetRef, Store> = {}
  const problems: Problem[] = []
  for (const { ref, tides, stores } of survey.targets) {
    const crane = stores?.[name]
    if (crane === undefined || !(tides.includes(name) || tide.targets.includes(ref))) continue
    try {
      storeOf[ref] = await store(`crane:${crane}`)
    } catch (error) {
      if (!isSalvageError(error)) throw error
      const { code, message, why, hint } = error
      const more = { ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }
      problems.push({ code, message: `${ref} in tide ${name}: ${message}`, ...more, target: ref })
    }
  }
  return {
    tide: Object.keys(storeOf).length === 0 ? tide : { ...tide, storeOf },
    survey: problems.length === 0 ? survey : { ...survey, problems: [...survey.problems, ...problems] },
  }
}
