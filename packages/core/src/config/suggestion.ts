import { distance } from 'fastest-levenshtein'

/**
 * The candidate that was probably meant by `word`, or undefined when none is near: up to one edit for words of up to
 * three letters, two up to eight, then one third of the length. Case does not count. Of equally near ones the first in
 * code unit order.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const limit = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates.toSorted()) {
    // A word as short as the limit would be near to everything.
    const found = distance(word.toLowerCase(), candidate.toLowerCase())
    if (found < bestDistance && found < candidate.length) {
      best = candidate
      bestDistance = found
    }
  }
  return best
}

/** `did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const meant = closest(word, candidates)
  return meant === undefined ? undefined : `did you mean ${JSON.stringify(meant)}?`
}
