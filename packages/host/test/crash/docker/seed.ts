/** From `SALVAGE_SEED`, so that a failure can be repeated. */
export const SEED: number = Number(process.env['SALVAGE_SEED'] ?? 20261121)

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
