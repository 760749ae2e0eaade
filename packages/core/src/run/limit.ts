/**
 * Calls `work` for each item, at most `limit` at once, in order. Resolves when all are done. After a rejection nothing
 * more is begun; rejects with it when everything that was begun has ended.
 */
export async function mapLimit<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  let failure: { readonly reason: unknown } | undefined
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failure !== undefined) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failure ??= { reason: error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failure !== undefined) throw failure.reason
  return results
}
