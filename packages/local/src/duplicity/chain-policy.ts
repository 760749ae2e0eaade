import type { RestorePoint, RetentionPolicy, Store, Verdict } from '@salvage-kit/core'
import { settingsOf } from './settings.ts'
import { readToken } from './token.ts'

/** The two rules of duplicity. An absent rule removes nothing. */
export interface ChainRules {
  /** Only the newest so many chains stay. */
  readonly removeAllButNFull?: number
  /** Of all chains but the newest so many only the full copy stays. */
  readonly removeAllIncOfButNFull?: number
}

/** The rules that a store has by itself; undefined when it has none. */
export function chainRulesOf(store: Store): ChainRules | undefined {
  const { removeAllButNFull, removeAllIncOfButNFull } = settingsOf.parse(store.settings)
  if (removeAllButNFull === undefined && removeAllIncOfButNFull === undefined) return undefined
  return {
    ...(removeAllButNFull === undefined ? {} : { removeAllButNFull }),
    ...(removeAllIncOfButNFull === undefined ? {} : { removeAllIncOfButNFull }),
  }
}

/**
 * What `duplicity remove-all-but-n-full` and `remove-all-inc-of-but-n-full` would remove, as a policy, so that it stands
 * under the same guards as every other: what is pinned stays, and the newest good point of each series. Of a chain whose
 * full copy is no point any more the oldest that is one stands in. Points of other stores stay. Pure.
 */
export function chainPolicy(rules: ChainRules): RetentionPolicy {
  return (points) => {
    const verdicts = new Map<RestorePoint, Verdict>()
    for (const chains of seriesOfChains(points)) {
      const good = chains.flatMap((chain) => chain.filter(({ state }) => state === 'good')).at(-1)
      for (const [at, chain] of chains.entries())
        for (const [place, point] of chain.entries())
          verdicts.set(point, judge(point, { rules, newer: chains.length - 1 - at, isFirst: place === 0, good }))
    }
    return points.map((point) => verdicts.get(point) ?? { point, keep: true, reasons: ['in no chain of duplicity'] })
  }
}

function judge(
  point: RestorePoint,
  place: {
    readonly rules: ChainRules
    readonly newer: number
    readonly isFirst: boolean
    readonly good: RestorePoint | undefined
  },
): Verdict {
  const { removeAllButNFull: fulls, removeAllIncOfButNFull: whole } = place.rules
  if (point.pinned !== undefined) return { point, keep: true, reasons: [`pinned: ${point.pinned}`] }
  if (point === place.good) return { point, keep: true, reasons: ['the last good one'] }
  if (fulls !== undefined && place.newer >= fulls)
    return { point, keep: false, reasons: [`not in the newest ${chainsText(fulls)}`] }
  if (whole !== undefined && place.newer >= whole && !place.isFirst)
    return { point, keep: false, reasons: [`an incremental copy, not in the newest ${chainsText(whole)}`] }
  return { point, keep: true, reasons: [place.isFirst ? 'the full copy of its chain' : 'its chain is kept whole'] }
}

function chainsText(count: number): string {
  return count === 1 ? 'chain' : `${String(count)} chains`
}

/** Of each series its chains, oldest first, and in each its points. */
function seriesOfChains(points: readonly RestorePoint[]): readonly (readonly (readonly RestorePoint[])[])[] {
  const placed = points.flatMap((point) => {
    const token = readToken(point.token)
    return token === undefined ? [] : [{ point, ...token }]
  })
  return [...Map.groupBy(placed, ({ point, series }) => JSON.stringify([point.store, series])).values()].map((own) =>
    [...Map.groupBy(own, ({ full }) => full).entries()]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([, chain]) => chain.toSorted((a, b) => a.time.localeCompare(b.time)).map(({ point }) => point)),
  )
}
