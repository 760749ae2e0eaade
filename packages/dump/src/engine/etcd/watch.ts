import { createHash } from 'node:crypto'
import type { Watch } from '../../engine.ts'

const SUM = 32
/** A database of etcd is a number of pages, and these are of so many bytes or of a multiple of them. */
const SECTOR = 512

/** A snapshot ends with the SHA-256 of all before it. */
export function etcdWatch(): Watch {
  const hash = createHash('sha256')
  let last = Buffer.alloc(0)
  let bytes = 0
  return {
    take: (chunk) => {
      bytes += chunk.length
      const all = Buffer.concat([last, chunk])
      const known = Math.max(0, all.length - SUM)
      hash.update(all.subarray(0, known))
      last = Buffer.from(all.subarray(known))
    },
    verdict: () => {
      if (bytes <= SUM || bytes % SECTOR !== SUM) return `no snapshot has ${bytes} bytes`
      return hash.copy().digest().equals(last) ? undefined : 'its checksum is not that of its bytes'
    },
  }
}
