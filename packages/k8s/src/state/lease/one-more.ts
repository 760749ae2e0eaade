/**
 * Makes of `work` one that never runs twice at once: who asks while it runs waits for one more, all for the same. So what a
 * caller gets began after its call.
 */
export function oneMore(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve()
  let waiting: Promise<void> | undefined

  async function after(before: Promise<void>): Promise<void> {
    await before.catch(() => undefined)
    waiting = undefined
    await work()
  }

  return async () => {
    waiting ??= after(last)
    last = waiting
    return waiting
  }
}
