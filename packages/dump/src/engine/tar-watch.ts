import type { Watch } from '../engine.ts'
import { byteReader } from './byte-reader.ts'

const BLOCK = 512
/** To a multiple of this most tars are filled up with empty blocks; others end after two. */
const RECORD = 20 * BLOCK
/** Of a file whose content is looked into. */
const MOST_KEPT = 16 * 1024 * 1024

/** What was in a tar: sizes by path, without the `./` before it. */
export interface TarContent {
  readonly sizes: ReadonlyMap<string, number>
  /** Of those that were to be kept. */
  readonly kept: ReadonlyMap<string, Buffer>
}

/** Which files are kept, and what there must be. */
export interface TarRule {
  readonly keep: (path: string) => boolean
  /** Why what is there is not all; undefined when it is. */
  readonly verdict: (content: TarContent) => string | undefined
}

/** Reads a tar to its two empty blocks, behind which is nothing but more of them, and judges what was in it. */
export function tarWatch({ keep, verdict }: TarRule): Watch {
  const sizes = new Map<string, number>()
  const kept = new Map<string, Buffer>()
  let empty = 0
  let bytes = 0
  let wrong: string | undefined
  let longName: string | undefined
  const reader = byteReader(function* read() {
    while (wrong === undefined) {
      const header = yield BLOCK
      if (header.every((byte) => byte === 0)) {
        empty++
        continue
      }
      const size = sizeOf(header)
      if (empty > 0 || size === undefined) {
        wrong = empty > 0 ? 'something follows the end of the tar' : 'a header of the tar is broken'
        return
      }
      const type = String.fromCodePoint(header[156] ?? 0)
      const path = longName ?? nameOf(header)
      longName = undefined
      const holds = size <= MOST_KEPT && (type === 'L' || keep(path))
      const content: Buffer[] = []
      for (let left = Math.ceil(size / BLOCK) * BLOCK; left > 0; left -= Math.min(left, 128 * BLOCK)) {
        const piece = yield Math.min(left, 128 * BLOCK)
        if (holds) content.push(piece)
      }
      const file = Buffer.concat(content).subarray(0, size)
      if (type === 'L') longName = textTo(file)
      else if (type === '0' || type === '\0') {
        sizes.set(path, size)
        if (holds) kept.set(path, file)
      }
    }
  })
  return {
    take: (chunk) => {
      bytes += chunk.length
      reader.take(chunk)
    },
    verdict: () => {
      if (wrong !== undefined) return wrong
      if (empty < 2 || !reader.even() || (empty > 2 && bytes % RECORD !== 0)) return 'the tar has no end'
      return verdict({ sizes, kept })
    },
  }
}

function sizeOf(header: Buffer): number | undefined {
  let sum = 8 * 32
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  if (Number.parseInt(textTo(header.subarray(148, 156)).trim(), 8) !== sum) return undefined
  const field = header.subarray(124, 136)
  return ((field[0] ?? 0) & 0x80) === 0 ? Number.parseInt(textTo(field).trim() || '0', 8) : field.readUIntBE(6, 6)
}

function nameOf(header: Buffer): string {
  const prefix = textTo(header.subarray(257, 263)) === 'ustar' ? textTo(header.subarray(345, 500)) : ''
  const name = textTo(header.subarray(0, 100))
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^\.\//, '')
}

function textTo(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.subarray(0, end < 0 ? bytes.length : end).toString()
}
