const BLOCK = 512

/** A file, or with a path that ends in `/` a directory; owned by root. `path` has at most 100 bytes. */
export interface TarEntry {
  readonly path: string
  readonly content?: string | Uint8Array
  /** Default: 0444, of a directory 0755. */
  readonly mode?: number
}

/** A tar of these entries, in this order. */
export function tarOf(entries: readonly TarEntry[], modified: Date): Uint8Array {
  return Buffer.concat([...entries.map((entry) => entryOf(entry, modified)), Buffer.alloc(2 * BLOCK)])
}

function entryOf({ path, content = '', mode }: TarEntry, modified: Date): Uint8Array {
  const isDirectory = path.endsWith('/')
  const body = typeof content === 'string' ? Buffer.from(content, 'utf8') : content
  const header = Buffer.alloc(BLOCK)
  const put = (offset: number, text: string): void => void header.write(text, offset, 'latin1')
  const octal = (offset: number, digits: number, value: number): void =>
    put(offset, value.toString(8).padStart(digits, '0'))
  header.write(path, 0, 100, 'utf8')
  octal(100, 7, mode ?? (isDirectory ? 0o755 : 0o444))
  octal(108, 7, 0)
  octal(116, 7, 0)
  octal(124, 11, body.length)
  octal(136, 11, Math.floor(modified.getTime() / 1000))
  put(148, ' '.repeat(8))
  put(156, isDirectory ? '5' : '0')
  put(257, 'ustar\u000000')
  let sum = 0
  for (const byte of header) sum += byte
  put(148, `${sum.toString(8).padStart(6, '0')}\u0000 `)
  const padding = Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, body, padding])
}
