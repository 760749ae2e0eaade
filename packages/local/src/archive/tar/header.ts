import { SalvageError } from '@salvage-kit/core'

/** The size of a tar header, and what everything in a tar stream is padded to. */
export const BLOCK = 512

/** One header block. Names are bytes, kept as latin1 text: one character for each byte. */
export interface Header {
  readonly name: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Of what follows in the stream. */
  readonly size: number
  /** Seconds. */
  readonly mtime: number
  /** One character. */
  readonly typeflag: string
  readonly linkname: string
  readonly devMajor: number
  readonly devMinor: number
}

/** Reads a header block; undefined for a block of zeros, which ends an archive. Throws `ARCHIVE.TAR_UNREADABLE`. */
export function readHeader(block: Buffer): Header | undefined {
  const sum = checksum(block)
  if (sum === 0) return undefined
  if (sum + 8 * 0x20 !== number(block, 148, 8))
    throw new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a header in the tar stream has a wrong checksum')
  return {
    name: nameOf(block),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    typeflag: String.fromCharCode(block[156] ?? 0),
    linkname: text(block, 157, 100),
    devMajor: number(block, 329, 8),
    devMinor: number(block, 337, 8),
  }
}

function nameOf(block: Buffer): string {
  const name = text(block, 0, 100)
  if (block[345] === 0 || block.toString('latin1', 257, 263) !== 'ustar\0') return name
  return `${text(block, 345, 155)}/${name}`
}

/** The sum of all bytes but those of the checksum itself. */
function checksum(block: Buffer): number {
  let sum = 0
  for (let at = 0; at < 148; at++) sum += block[at] ?? 0
  for (let at = 156; at < BLOCK; at++) sum += block[at] ?? 0
  return sum
}

function text(block: Buffer, start: number, length: number): string {
  if (block[start] === 0) return ''
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end === -1 || end > start + length ? start + length : end)
}

/** Octal digits, or GNU's big-endian base 256 in two's complement, told by the first bit. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if ((first & 0x80) !== 0) return binary(block, start, length)
  let value = 0
  for (let at = start; at < start + length; at++) {
    const byte = block[at] ?? 0
    if (byte >= 0x30 && byte <= 0x37) value = value * 8 + byte - 0x30
    else if (byte === 0 || (byte === 0x20 && value > 0)) return value
    else if (byte !== 0x20) throw notANumber(text(block, start, length))
  }
  return value
}

function binary(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  let value = first === 0xff ? -1 : first & 0x7f
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0)
  if (!Number.isSafeInteger(value)) throw notANumber('more than 2^53')
  return value
}

function notANumber(what: string): SalvageError {
  return new SalvageError('ARCHIVE.TAR_UNREADABLE', 'a header in the tar stream has a wrong number', {
    why: JSON.stringify(what),
  })
}
