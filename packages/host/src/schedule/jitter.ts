import { createHash } from 'node:crypto'

/** Whose chance it is. */
export interface JitterOf {
  readonly machine: string
  readonly tide: string
}

/** Chance between 0 and `jitterMs` that is the same whenever it is asked for: of machine, tide and nominal time. */
export function jitter({ machine, tide }: JitterOf, nominal: Date, jitterMs: number): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([machine, tide, nominal.toISOString()]))
    .digest()
  return Math.floor((hash.readUIntBE(0, 6) / 2 ** 48) * jitterMs)
}
