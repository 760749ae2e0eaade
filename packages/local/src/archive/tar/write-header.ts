import { BLOCK } from './header.ts'

/** What a header says of an entry. */
export interface HeaderFacts {
  /** As the archive has it: `./`, or `./NAME`. */
  readonly name: Buffer
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Whole seconds. */
  readonly mtime: number
}

const NAME = 100
/** What eleven octal digits hold. */
const LARGEST_OCTAL = 8 ** 11

/** The end of a tar stream. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK)

/** A header as GNU tar writes it. Its length depends on the name alone, so that it can be written when the size is known. */
export function headerOf(type: 'file' | 'directory', facts: HeaderFacts): Buffer {
  const own = block(type === 'file' ? '0' : '5', facts)
  if (facts.name.length <= NAME) return own
  const body = paxPath(facts.name)
  const extended = { ...facts, name: Buffer.from('./PaxHeaders/dump'), size: body.length }
  return Buffer.concat([block('x', extended), body, Buffer.alloc(paddingOf(body.length)), own])
}

/** The zeros between the end of some content and the next header. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

function block(typeflag: string, { name, mode, uid, gid, size, mtime }: HeaderFacts): Buffer {
  const header = Buffer.alloc(BLOCK)
  name.copy(header, 0, 0, NAME)
  octal(header, 100, 8, mode)
  number(header, 108, 8, uid)
  number(header, 116, 8, gid)
  number(header, 124, 12, size)
  number(header, 136, 12, mtime)
  header.write(typeflag, 156, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  header.fill(0x20, 148, 156)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** Octal digits, or GNU's big-endian base 256 for what they do not hold. */
function number(header: Buffer, start: number, length: number, value: number): void {
  if (value < Math.min(8 ** (length - 1), LARGEST_OCTAL)) octal(header, start, length, value)
  else {
    let rest = value
    for (let at = start + length - 1; at > start; at--) {
      header[at] = rest % 256
      rest = Math.floor(rest / 256)
    }
    header[start] = 0x80
  }
}

function octal(header: Buffer, start: number, length: number, value: number): void {
  header.write(value.toString(8).padStart(length - 1, '0'), start, 'latin1')
}

/** The length of a record counts its own digits. */
function paxPath(name: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(' path='), name, Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length += 1
  return Buffer.concat([Buffer.from(String(length)), rest])
}
