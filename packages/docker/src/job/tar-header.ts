/** What the header of a tar says of one entry. */
export interface TarHeader {
  readonly path: string
  /** One letter; a plain file is `0`. */
  readonly type: string
  readonly bytes: number
}

/** Reads a header block; undefined when its sum is wrong. */
export function headerOf(block: Buffer): TarHeader | undefined {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (sum !== number(block.subarray(148, 156))) return undefined
  const prefix = block.toString('latin1', 257, 262) === 'ustar' ? text(block.subarray(345, 500)) : ''
  const name = text(block.subarray(0, 100))
  const type = block.toString('latin1', 156, 157)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type: type === '\0' || type === '7' ? '0' : type,
    bytes: number(block.subarray(124, 136)),
  }
}

/** Records of a describing entry: `LENGTH KEY=VALUE`, each with a line feed. */
export function paxRecords(content: Buffer): Readonly<Record<string, string>> {
  const records: Record<string, string> = {}
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(' ', at)
    const length = Number(content.toString('latin1', at, blank))
    if (blank < 0 || !(length > 0)) break
    const record = content.toString('utf8', blank + 1, at + length - 1)
    const equals = record.indexOf('=')
    records[record.slice(0, equals)] = record.slice(equals + 1)
    at += length
  }
  return records
}

function text(field: Buffer): string {
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

/** Octal digits, or in base 256 what does not fit. */
function number(field: Buffer): number {
  const [first = 0] = field
  if ((first & 0x80) === 0) return Number.parseInt(/[0-7]+/.exec(field.toString('latin1'))?.[0] ?? '0', 8)
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, first & 0x7f)
}
