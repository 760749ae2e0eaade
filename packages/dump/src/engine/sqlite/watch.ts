import type { Watch } from '../../engine.ts'

const BEGIN = Buffer.from('SQLite format 3\0')
const HEADER = 100

/** A database file says in its header how many pages it has: it is as long as these. */
export function sqliteWatch(): Watch {
  let header = Buffer.alloc(0)
  let bytes = 0
  return {
    take: (chunk) => {
      if (header.length < HEADER) header = Buffer.concat([header, chunk.subarray(0, HEADER)]).subarray(0, HEADER)
      bytes += chunk.length
    },
    verdict: () => {
      if (header.length < HEADER || !header.subarray(0, BEGIN.length).equals(BEGIN))
        return 'it is no database of SQLite'
      if (header.readUInt32BE(24) !== header.readUInt32BE(92)) return 'its header does not say how long it is'
      const told = header.readUInt16BE(16)
      const size = header.readUInt32BE(28) * (told === 1 ? 65_536 : told)
      return size === bytes && bytes > 0 ? undefined : `it has ${bytes} bytes, and its header says ${size}`
    },
  }
}
