import { StringDecoder } from 'node:string_decoder'
import type { LogChunk } from '../engine.ts'

const LINE_LENGTH = 500
/** How much of one line is looked at: what comes after is dropped, so a crane without line feeds costs no memory. */
const LONGEST = 16_384

/** Takes the output of a container to lines. */
export interface LogLines {
  add(chunk: LogChunk): void
  /** Takes what stands after the last line feed as a line. */
  end(): void
}

/**
 * Gives each line that is not blank, at most 500 characters of it, cleaned by `clean` of secrets and then of control
 * characters. A carriage return begins a line anew, as on a terminal: of a progress bar its last state is left.
 */
export function logLines(
  clean: (text: string) => string,
  take: (line: string, from: LogChunk['from']) => void,
): LogLines {
  const cleaned =
    (from: LogChunk['from']) =>
    (raw: string): void => {
      const line = readable(clean(raw)).slice(0, LINE_LENGTH)
      if (line.trim() !== '') take(line, from)
    }
  const readers = { stdout: lineReader(cleaned('stdout')), stderr: lineReader(cleaned('stderr')) }
  return {
    add: (chunk) => readers[chunk.from].add(chunk.data),
    end: () => {
      readers.stdout.end()
      readers.stderr.end()
    },
  }
}

interface LineReader {
  add(data: Uint8Array): void
  end(): void
}

function lineReader(take: (line: string) => void): LineReader {
  const decoder = new StringDecoder('utf8')
  let open = ''
  const extend = (text: string): void => {
    open = (open + text).replace(/^.*\r(?!$)/s, '').slice(0, LONGEST)
  }
  const flush = (): void => {
    take(open)
    open = ''
  }
  return {
    add(data) {
      const pieces = decoder.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).split('\n')
      const rest = pieces.pop() ?? ''
      for (const piece of pieces) {
        extend(piece)
        flush()
      }
      extend(rest)
    },
    end() {
      extend(decoder.end())
      flush()
    },
  }
}

function readable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  return text.replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
}
