import type { Dated } from './candidate.ts'
import type { PatternPart, PurgePattern } from './pattern.ts'

/** What a pattern alone says of one snapshot. */
export interface Judgement {
  readonly keep: boolean
  readonly reason: string
}

/** Whole seconds count, as in buttervolume. */
function minutesBetween(time: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - time.getTime()) / 1000)) / 60
}

/**
 * The rule of buttervolume: what is younger than the first part stays; between two parts one of each span as long as the
 * shorter one stays, the oldest, and spans are counted back from `now`; what is older than the last part goes. Unlike there,
 * what is too old does not take a span that is cut short by the last part. Expects them oldest first.
 */
export function judge(candidates: readonly Dated[], pattern: PurgePattern, now: Date): ReadonlyMap<Dated, Judgement> {
  const old = { keep: false, reason: `older than ${pattern.end.text}` }
  const young = { keep: true, reason: `not older than ${pattern.parts[0]?.text ?? ''}` }
  const judgements = new Map<Dated, Judgement>()
  const aged = candidates.map((candidate) => ({ candidate, age: minutesBetween(candidate.time, now) }))
  for (const { candidate, age } of aged) judgements.set(candidate, age > pattern.end.minutes ? old : young)
  for (const [low, high] of pairs(pattern.parts)) {
    const isWhole = high.minutes % low.minutes === 0
    const most = high === pattern.end && isWhole ? Infinity : high.minutes
    let last: { readonly span: number; readonly name: string } | undefined
    for (const { candidate, age } of aged) {
      if (age < low.minutes || age > most) continue
      const span = Math.floor(age / low.minutes)
      if (span === last?.span)
        judgements.set(candidate, { keep: false, reason: `the same ${low.text} as ${last.name}` })
      else {
        last = { span, name: candidate.name }
        if (judgements.get(candidate)?.keep === true)
          judgements.set(candidate, { keep: true, reason: `the oldest of its ${low.text}, up to ${high.text}` })
      }
    }
  }
  return judgements
}

/** Two parts that follow each other, the longest first. */
function pairs(parts: readonly PatternPart[]): readonly (readonly [low: PatternPart, high: PatternPart])[] {
  return parts
    .flatMap((high, at) => {
      const low = parts[at - 1]
      return low === undefined ? [] : [[low, high] as const]
    })
    .toReversed()
}
