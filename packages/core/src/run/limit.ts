/**
 * Calls `work` for each item, at most `limit` at once, in order. Resolves when all are done; like `Promise.all` it
 * rejects with the first rejection, but only after everything that was begun has ended.
 */
export async function mapLimit<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  for (const settled of workers) if (settled.status === 'rejected') throw settled.reason
  return results
}
