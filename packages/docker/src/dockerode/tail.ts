/** Keeps the end of a stream in bounded memory. */
export interface Tail {
  add(data: Uint8Array): void
  /** As UTF-8, what is not replaced; begins with `…` when something was dropped. */
  text(): string
}

/** A tail of at most `bytes`. */
export function tail(bytes: number): Tail {
  let kept: Buffer = Buffer.alloc(0)
  let dropped = false
  return {
    add(data) {
      const all = Buffer.concat([kept, data])
      dropped ||= all.length > bytes
      kept = Buffer.from(all.subarray(Math.max(0, all.length - bytes)))
    },
    text() {
      return (dropped ? '…' : '') + kept.toString('utf8')
    },
  }
}
