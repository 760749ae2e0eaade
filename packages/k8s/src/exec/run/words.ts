import type { Readable } from 'node:stream'

const LONGEST_TAIL = 16 * 1024
const LONGEST_LINE = 16 * 1024

/** A stream on which the far shell gives words between what its programs say. */
export interface Words {
  /** Resolves when the stream has ended, rejects as it fails. */
  readonly done: Promise<void>
  /** The last of what was said besides, at most 16 KiB of it. */
  readonly tail: () => string
}

/**
 * Reads a stream to its end and hands over each line `SALVAGE-NAME id rest…` of this id: `word('READY', ['sha256'])`.
 * Everything else is kept as the tail; a line without end piles up nowhere.
 */
export function readWords(stream: Readable, id: string, word: (name: string, rest: readonly string[]) => void): Words {
  let tail = ''
  let line = ''
  const take = (text: string, ended: boolean): void => {
    const [start = '', said, ...rest] = text.split(' ')
    if (start.startsWith('SALVAGE-') && said === id) word(start.slice('SALVAGE-'.length), rest)
    else tail = (tail + text + (ended ? '\n' : '')).slice(-LONGEST_TAIL)
  }
  const read = async (): Promise<void> => {
    stream.setEncoding('utf8')
    for await (const chunk of stream) {
      const lines = (line + String(chunk)).split('\n')
      line = lines.pop() ?? ''
      for (const each of lines) take(each, true)
      if (line.length > LONGEST_LINE) {
        take(line, false)
        line = ''
      }
    }
    take(line, false)
  }
  const done = read()
  done.catch(() => {})
  return { done, tail: () => tail.trim() }
}
