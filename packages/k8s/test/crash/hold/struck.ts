/** What a run was about when it was struck. */
export type During = 'the hold' | 'a lift' | 'neither'

/** One blow, and what came of it. */
export interface Struck {
  readonly blow: string
  readonly during: During
  /** In seconds, after it. */
  readonly frozen: number
}

/** Of what a run has told by then. */
export function duringOf(lines: readonly string[]): During {
  const count = (type: string): number => lines.filter((line) => line === type).length
  if (count('workload.quiescing') > 0 && count('group.held') === 0) return 'the hold'
  return count('lift.started') > count('lift.finished') + count('target.failed') ? 'a lift' : 'neither'
}

/** One line of all. */
export function summaryOf(struck: readonly Struck[]): string {
  const tally = (key: (one: Struck) => string): string =>
    [...Map.groupBy(struck, key)].map(([name, ones]) => `${String(ones.length)} ${name}`).join(', ')
  const longest = Math.max(...struck.map(({ frozen }) => frozen))
  const kinds = tally(({ blow }) => blow.replace(/ for \d+ ms/, ''))
  const when = tally(({ during }) => `in ${during}`)
  return `${String(struck.length)} blows (${kinds}; ${when}), the longest freeze after one: ${longest.toFixed(1)} s`
}
