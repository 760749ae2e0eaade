const CODE_DIGITS = 3
/** What a program that did not begin says is kept up to here. */
const KEPT_BYTES = 4096

/**
 * A shell that tells of a program on its own stdout what no connection does: its process id before the first byte, and
 * its exit status behind the last one. `$0` is a word that nothing else prints.
 */
export const FRAMED = `printf '%s %s\\n' "$0" "$$"; "$@"; c=$?; printf '%s%03d' "$0" "$c"; exit "$c"`

/** Takes the output of {@link FRAMED} apart. */
export interface FramedOutput {
  /** What of the program's own output is certain by now; pieces of `data` itself where they are long. */
  add(data: Uint8Array): readonly Uint8Array[]
  /** In the container; undefined before it has begun. */
  pid(): number | undefined
  /** Undefined unless the program has ended, and all of its output has come. */
  code(): number | undefined
  /** What came in the place of a beginning. */
  instead(): string
}

/** For the word that {@link FRAMED} was given. */
export function framedOutput(word: string): FramedOutput {
  const head = new RegExp(`^${word} (\\d+)\\n`)
  const endLength = word.length + CODE_DIGITS
  let begun: number | undefined
  /** What may be the end; before the beginning all that came. */
  let held: Buffer = Buffer.alloc(0)
  const released = (data: Uint8Array): readonly Uint8Array[] => {
    if (data.length < endLength) {
      const all = Buffer.concat([held, data])
      const free = Math.max(0, all.length - endLength)
      held = all.subarray(free)
      return free === 0 ? [] : [all.subarray(0, free)]
    }
    const before = held
    const free = data.length - endLength
    held = Buffer.from(data.subarray(free))
    return [before, data.subarray(0, free)].filter(({ length }) => length > 0)
  }
  return {
    add(data) {
      if (begun !== undefined) return released(data)
      held = Buffer.concat([held, data])
      const found = head.exec(held.toString('latin1', 0, KEPT_BYTES))
      if (found === null) return []
      begun = Number(found[1])
      const rest = held.subarray(found[0].length)
      held = Buffer.alloc(0)
      return released(rest)
    },
    pid: () => begun,
    code() {
      const end = held.toString('latin1')
      return begun !== undefined && end.startsWith(word) && /^\d{3}$/.test(end.slice(word.length))
        ? Number(end.slice(word.length))
        : undefined
    },
    instead: () => (begun === undefined ? held.toString('utf8', 0, KEPT_BYTES).trim() : ''),
  }
}
