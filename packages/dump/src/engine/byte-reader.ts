/** Reads by pieces of the length that it yields, and gets each of them. */
export type ByteRoutine = () => Generator<number, void, Buffer>

/** Bytes that come in chunks of any length, for who wants pieces of certain ones. */
export interface ByteReader {
  take(chunk: Buffer): void
  /** Whether all that came was read: nothing is left over, and nothing of a piece is missing but all of it. */
  even(): boolean
}

/** Begins a routine. Not more than one piece is held. */
export function byteReader(routine: ByteRoutine): ByteReader {
  const running = routine()
  const first = running.next()
  let wanted = first.done === true ? undefined : first.value
  let waiting: Buffer[] = []
  let have = 0
  return {
    take: (chunk) => {
      if (wanted === undefined) return
      have += chunk.length
      if (have < wanted) {
        // Not ours to keep.
        waiting.push(Buffer.from(chunk))
        return
      }
      let all = Buffer.concat([...waiting, chunk])
      while (wanted !== undefined && all.length >= wanted) {
        const piece = all.subarray(0, wanted)
        all = all.subarray(wanted)
        const next = running.next(piece)
        wanted = next.done === true ? undefined : next.value
      }
      waiting = [Buffer.from(all)]
      have = all.length
    },
    even: () => have === 0 && wanted !== undefined,
  }
}
