/**
 * Resolves as `Promise.all` does. Rejects with the first failure in their order, and only when all have ended: what is taken
 * back then does not come again.
 */
export async function together<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  const ends = await Promise.allSettled(works)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return Promise.all(works)
}
