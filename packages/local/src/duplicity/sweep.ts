import { chainsOf } from './chains.ts'
import type { CopySet, SeriesFiles } from './chains.ts'

/**
 * The files of a series that no point needs any more, in the order in which they are to go. A removed copy goes when
 * nothing that stays was built upon it; so it is always the end of a chain that goes, newest first, its manifest before
 * its data: what is left when this is interrupted is whole or unfinished, and never looks like what it is not.
 *
 * While a lift is under way, the newest chain stays as it is, since that lift may just be building upon its end. Notes of
 * copies that other programs have removed go too. Pure.
 */
export function sweepable(files: SeriesFiles): readonly string[] {
  const { notes, sets } = files
  const gone = new Set(notes.filter(({ says }) => says === 'gone').map(({ time }) => time))
  const isBusy = notes.some(({ says }) => says === 'begun')
  const chains = chainsOf(files)
  const doomed: CopySet[] = []
  for (const [at, chain] of chains.entries()) {
    if (isBusy && at === chains.length - 1) continue
    const last = chain.findLastIndex(({ time }) => !gone.has(time))
    doomed.push(...chain.slice(last + 1).toReversed())
  }
  const left = new Set(sets.filter((set) => !doomed.includes(set)).map(({ time }) => time))
  const dangling = notes.filter(({ time, says }) => says !== 'begun' && !left.has(time))
  return [...doomed.flatMap(({ names }) => names), ...dangling.map(({ name }) => name)]
}
