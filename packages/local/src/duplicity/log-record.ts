/** One message of duplicity, as it writes it for programs (`--log-fd`). */
export interface LogRecord {
  readonly level: string
  /** What kind of message it is; of an error the exit code. */
  readonly code: number
  /** What stands behind the code, such as the name of a file. */
  readonly extra: string
  /** Lines that are data. */
  readonly data: readonly string[]
  /** For people. */
  readonly text: string
}

const HEAD = /^(DEBUG|INFO|NOTICE|WARNING|ERROR) (\d+) ?(.*)$/

/**
 * Gathers lines to messages. A message begins with its level, then come lines of data, then, each behind a dot, those
 * for people; an empty line ends it.
 */
export function logRecords(onRecord: (record: LogRecord) => void): { line(text: string): void; end(): void } {
  let head: RegExpExecArray | undefined
  let data: string[] = []
  let words: string[] = []
  const end = (): void => {
    const [, level, code, extra] = head ?? []
    if (level !== undefined)
      onRecord({ level, code: Number(code), extra: extra ?? '', data, text: words.join('\n').trim() })
    head = undefined
    data = []
    words = []
  }
  return {
    end,
    line: (text) => {
      if (text === '') end()
      else if (head === undefined) head = HEAD.exec(text) ?? undefined
      else if (text.startsWith('. ')) words.push(text.slice(2))
      else data.push(text)
    },
  }
}
