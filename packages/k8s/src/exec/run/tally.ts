import { createHash } from 'node:crypto'
import { cksum } from './posix-cksum.ts'

/** How the far shell makes its sum: SHA-256, or the CRC of POSIX `cksum` where there is no `sha256sum`. */
export type SumKind = 'sha256' | 'cksum'

/** What came, counted and summed. */
export interface Tally {
  update(bytes: Uint8Array): void
  /** From now on only this kind is made. */
  only(kind: SumKind): void
  bytes(): number
  /** The sums that fit the bytes so far; no byte may come after. */
  sums(): readonly string[]
}

/** Makes both sums until it is told which one the far shell makes: what comes first, that word or output, is not known. */
export function tally(): Tally {
  let bytes = 0
  const all = new Map<SumKind, { update(bytes: Uint8Array): unknown; digest(encoding: 'hex'): string }>([
    ['sha256', createHash('sha256')],
    ['cksum', cksum()],
  ])
  return {
    update(chunk): void {
      bytes += chunk.length
      for (const each of all.values()) each.update(chunk)
    },
    only(kind): void {
      all.delete(kind === 'sha256' ? 'cksum' : 'sha256')
    },
    bytes: () => bytes,
    sums: () => Array.from(all.values(), (each) => each.digest('hex')),
  }
}
