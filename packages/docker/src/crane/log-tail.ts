import { StringDecoder } from 'node:string_decoder'
import type { LogChunk } from '../engine.ts'

const LINES = 20
const LINE_LENGTH = 500
/** How much of one line is looked at: what comes after is dropped, so a crane without line feeds costs no memory. */
const LONGEST = 16_384

/** The end of what a container printed, in bounded memory. */
export interface LogTail {
  add(chunk: LogChunk): void
  /** Takes what stands after the last line feed as a line. */
  end(): void
  /** The last lines, oldest first. */
  lines(): readonly string[]
}

/**
 * Keeps the last 20 lines, cleaned of control characters and by `clean` of secrets, and gives every line to `onLine`. A
 * carriage return begins a line anew, as on a terminal: of a progress bar its last state is left.
 */
export function logTail(clean: (text: string) => string, onLine?: (line: string) => void): LogTail {
  const kept: string[] = []
  const readers = { stdout: new LineReader(take), stderr: new LineReader(take) }
  function take(raw: string): void {
    const line = readable(clean(raw)).slice(0, LINE_LENGTH)
    if (line.trim() === '') return
    kept.push(line)
    if (kept.length > LINES) kept.shift()
    onLine?.(line)
  }
  return {
    add: (chunk) => readers[chunk.from].add(chunk.data),
    end: () => {
      readers.stdout.end()
      readers.stderr.end()
    },
    lines: () => [...kept],
  }
}

class LineReader {
  readonly #decoder = new StringDecoder('utf8')
  readonly #take: (line: string) => void
  #open = ''

  constructor(take: (line: string) => void) {
    this.#take = take
  }

  add(data: Uint8Array): void {
    const pieces = this.#decoder.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).split('\n')
    const rest = pieces.pop() ?? ''
    for (const piece of pieces) {
      this.#extend(piece)
      this.#flush()
    }
    this.#extend(rest)
  }

  end(): void {
    this.#extend(this.#decoder.end())
    this.#flush()
  }

  #extend(text: string): void {
    this.#open = (this.#open + text).replace(/^.*\r(?!$)/s, '').slice(0, LONGEST)
  }

  #flush(): void {
    if (this.#open !== '') this.#take(this.#open)
    this.#open = ''
  }
}

function readable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  return text.replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
}
