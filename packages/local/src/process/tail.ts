/** Keeps the end of a stream of bytes. */
export interface Tail {
  push(chunk: Uint8Array): void
  /** The last bytes as text; a character that was cut through is left out. */
  text(): string
}

/** A tail of at most `limit` bytes. */
export function tail(limit: number): Tail {
  let kept = Buffer.alloc(0)
  return {
    push: (chunk) => {
      kept = Buffer.concat([kept, chunk.subarray(-limit)]).subarray(-limit)
    },
    text: () => {
      let start = 0
      if (kept.length === limit) while (start < 4 && ((kept[start] ?? 0) & 0xc0) === 0x80) start += 1
      return kept.subarray(start).toString('utf8').trim()
    },
  }
}
