/** The figures of one side of a comparison. */
export interface Side {
  readonly name: string
  readonly run: () => Promise<number>
}

/** The middle of several numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/**
 * Runs two sides in turn, so that a machine whose speed drifts slows both; one uncounted round first. Each side gives its
 * own figure in milliseconds. Prints each side's median and the median of the ratios, pair by pair.
 */
export async function compare(title: string, bare: Side, ours: Side, rounds: number): Promise<void> {
  await bare.run()
  await ours.run()
  const pairs: { readonly bare: number; readonly ours: number }[] = []
  for (let round = 0; round < rounds; round += 1) pairs.push({ bare: await bare.run(), ours: await ours.run() })
  const bares = pairs.map((pair) => pair.bare)
  const our = pairs.map((pair) => pair.ours)
  const ratio = median(pairs.map((pair) => pair.ours / pair.bare))
  const difference = median(pairs.map((pair) => pair.ours - pair.bare))
  console.log(title)
  for (const [name, values] of [
    [bare.name, bares],
    [ours.name, our],
  ] as const)
    console.log(
      `  ${name}: median ${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, ${String(rounds)} runs)`,
    )
  console.log(
    `  ratio of medians ${(median(our) / median(bares)).toFixed(3)}, median of ratios ${ratio.toFixed(3)}, median difference ${difference.toFixed(0)} ms`,
  )
}
