/** What several streams give, as it comes. Ends when all have, and throws as soon as one does. */
export async function* merged<Item>(streams: readonly AsyncIterable<Item>[]): AsyncIterable<Item> {
  const queue: Item[] = []
  let wake = Promise.withResolvers<void>()
  let open = streams.length
  let failure: { readonly error: unknown } | undefined
  const pump = async (stream: AsyncIterable<Item>): Promise<void> => {
    try {
      for await (const item of stream) {
        queue.push(item)
        wake.resolve()
      }
    } catch (error) {
      failure ??= { error }
    }
    open -= 1
    wake.resolve()
  }
  for (const stream of streams) void pump(stream)
  for (;;) {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next
    if (failure !== undefined) throw failure.error
    if (open === 0) return
    await wake.promise
    wake = Promise.withResolvers<void>()
  }
}
