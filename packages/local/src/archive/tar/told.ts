import type { Readable } from 'node:stream'
import type { Finding } from '@salvage-kit/core'

const MOST_FINDINGS = 100
const MOST_OTHER = 5
const LONGEST_LINE = 600

/** What a tar wrote to its standard error. */
export interface Told {
  /** Sockets that it left out: they hold no data. */
  readonly sockets: number
  /** What is missing in the copy or changed while it was read: the first hundred, and how many more. */
  readonly findings: readonly Finding[]
  /** The first lines that say something else. */
  readonly other: readonly string[]
}

/**
 * Listens to a tar's standard error, in the words that GNU tar has for it in the C locale; names stand there with their
 * unusual bytes escaped. Takes bounded memory. The answer is whole when the stream has ended.
 */
export function tellings(stderr: Readable): () => Told {
  let sockets = 0
  let more = 0
  const findings: Finding[] = []
  const other: string[] = []
  let rest = ''

  function take(line: string): void {
    if (line === '' || line.startsWith('Exiting with failure') || line.includes('implausibly old time stamp')) return
    if (line.endsWith(': socket ignored')) {
      sockets += 1
      return
    }
    const finding = findingOfLine(line)
    if (finding === undefined) {
      if (other.length < MOST_OTHER) other.push(line)
    } else if (findings.length < MOST_FINDINGS) findings.push(finding)
    else more += 1
  }

  stderr.setEncoding('latin1')
  stderr.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE)
    for (const line of lines) take(shortened(line.replace(/^tar: /, '')))
  })
  // A broken pipe ends with the process, and that is seen elsewhere.
  stderr.on('error', () => undefined)
  return () => ({
    sockets,
    findings:
      more === 0 ? findings : [...findings, { code: 'ARCHIVE.MORE', message: `${String(more)} more like these` }],
    other,
  })
}

function findingOfLine(line: string): Finding | undefined {
  const changed = /^(.*): (?:file changed as we read it|File shrank by \d+ bytes?; padding with zeros)$/.exec(line)
  if (changed !== null)
    return {
      code: 'ARCHIVE.SOURCE_CHANGED',
      message: `${changed[1] ?? ''} changed while it was read`,
      hint: 'bring what writes it to rest: with a hook, a quiesced workload or a snapshot',
    }
  const removed = /^(.*): File removed before we read it$/.exec(line)
  if (removed !== null)
    return { code: 'ARCHIVE.SOURCE_REMOVED', message: `${removed[1] ?? ''} was removed before it was read` }
  return undefined
}

function shortened(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE / 2)} … ${line.slice(-LONGEST_LINE / 2)}`
}
