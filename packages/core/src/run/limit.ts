/**
 * Calls `work` for each item, at most `limit` at once, in order. Resolves when all are done. After a rejection nothing
 * more is begun; rejects with it when everything that was begun has ended.
 */
export async function mapLimit<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  return mapWeighted(items, limit, () => 1, work)
}

/** As {@link mapLimit}, for items of different weights: those at work weigh at most `limit` together; what weighs more goes alone. */
export async function mapWeighted<Item, Result>(
  items: readonly Item[],
  limit: number,
  weightOf: (item: Item) => number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const atWork = new Set<Promise<void>>()
  let free = limit
  let failure: { readonly reason: unknown } | undefined
  const mustWait = (weight: number): boolean => free < weight && failure === undefined
  const one = async (index: number, item: Item, weight: number): Promise<void> => {
    try {
      results[index] = await work(item)
    } catch (error) {
      failure ??= { reason: error }
    }
    free += weight
  }
  for (const [index, item] of items.entries()) {
    const weight = Math.min(weightOf(item), limit)
    while (mustWait(weight)) await Promise.race(atWork)
    if (failure !== undefined) break
    free -= weight
    const begun: Promise<void> = one(index, item, weight).then(() => void atWork.delete(begun))
    atWork.add(begun)
  }
  await Promise.all(atWork)
  if (failure !== undefined) throw failure.reason
  return results
}
