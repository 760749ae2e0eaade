/** What one run of a side took, in milliseconds. */
export interface Figures {
  readonly ms: number
  /** Of all processors and processes; says more than `ms` on a machine that does other things too. */
  readonly cpu: number
}

/** The figures of one side of a comparison. */
export interface Side {
  readonly name: string
  readonly run: () => Promise<number | Figures>
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
 * own figures. Prints each side's median and the median of the ratios, pair by pair; the same for processor time where
 * both sides know it.
 */
export async function compare(title: string, bare: Side, ours: Side, rounds: number): Promise<void> {
  await bare.run()
  await ours.run()
  const pairs: (readonly [bare: Figures, ours: Figures])[] = []
  for (let round = 0; round < rounds; round += 1) pairs.push([await figures(bare), await figures(ours)])
  console.log(title)
  for (const key of ['ms', 'cpu'] as const) {
    const bares = pairs.map((pair) => pair[0][key])
    const our = pairs.map((pair) => pair[1][key])
    if ([...bares, ...our].some(Number.isNaN)) continue
    const what = key === 'ms' ? 'ms' : 'ms of processor time'
    for (const [name, values] of [
      [bare.name, bares],
      [ours.name, our],
    ] as const)
      console.log(
        `  ${name}: median ${median(values).toFixed(0)} ${what} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}, ${String(rounds)} runs)`,
      )
    const ratio = median(pairs.map((pair) => pair[1][key] / pair[0][key]))
    const difference = median(pairs.map((pair) => pair[1][key] - pair[0][key]))
    console.log(
      `  ratio of medians ${(median(our) / median(bares)).toFixed(3)}, median of ratios ${ratio.toFixed(3)}, median difference ${difference.toFixed(0)} ${what}`,
    )
  }
}

async function figures({ run }: Side): Promise<Figures> {
  const told = await run()
  return typeof told === 'number' ? { ms: told, cpu: Number.NaN } : told
}
