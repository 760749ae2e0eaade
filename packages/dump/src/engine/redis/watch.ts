import type { Watch } from '../../engine.ts'
import { jonesCrc64 } from '../crc64.ts'

const SUM = 8
const MARK = 40
const BEGIN = /^(?:REDIS|VALKEY)\d{3,4}/
/** The operation code before the sum. */
const END = 0xff

/**
 * An RDB: its last 8 bytes are the sum of all before them, and behind it there may be the mark of 40 letters that ends a
 * transfer without disk. A server with `rdbchecksum no` writes no sum, and nothing tells that such a dump is whole.
 */
export function rdbWatch(): Watch {
  const sum = jonesCrc64()
  let begin = Buffer.alloc(0)
  let last = Buffer.alloc(0)
  return {
    take: (chunk) => {
      if (begin.length < 9) begin = Buffer.concat([begin, chunk.subarray(0, 9)])
      const all = Buffer.concat([last, chunk])
      const known = Math.max(0, all.length - SUM - MARK)
      sum.take(all.subarray(0, known))
      last = Buffer.from(all.subarray(known))
    },
    verdict: () => {
      if (!BEGIN.test(begin.toString('latin1'))) return 'it does not begin as an RDB does'
      if (
        last.length === SUM + MARK &&
        endsHere(last.subarray(0, SUM), sum.digest(), END) &&
        isMark(last.subarray(SUM))
      )
        return undefined
      const rest = last.subarray(0, -SUM)
      sum.take(rest)
      return endsHere(last.subarray(-SUM), sum.digest(), rest.at(-1))
        ? undefined
        : 'its checksum is not that of its bytes'
    },
  }
}

function endsHere(told: Buffer, made: Buffer, before: number | undefined): boolean {
  return before === END && told.some((byte) => byte !== 0) && told.equals(made)
}

function isMark(bytes: Buffer): boolean {
  return /^[\da-f]{40}$/.test(bytes.toString('latin1'))
}
