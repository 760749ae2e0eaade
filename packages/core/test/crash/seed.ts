/** The seed of this test run, printed by each test that uses it; `SALVAGE_SEED` repeats one. */
export const SEED: number = Number(process.env['SALVAGE_SEED'] ?? Date.now() % 1_000_000_000)

/** Numbers from 0 to below 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
