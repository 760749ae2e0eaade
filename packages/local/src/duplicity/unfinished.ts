import { SalvageError } from '@salvage-kit/core'
import { chainsOf, fullOf } from './chains.ts'
import type { CopySet, SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import type { Moment } from './moment.ts'
import { prefixOf } from './series.ts'

/**
 * The names of what dead lifts left in a series: unfinished copies with a note that one of `dead` began them, that note,
 * and what an interrupted removal has left. Never more: what duplicity takes for unfinished may also be a kept copy whose
 * manifest is lost, or one that another program makes in this moment.
 *
 * Throws `ARCHIVE.DAMAGED` when a copy lacks its manifest, or one that it is built upon, and `STORE.LOCKED` for an
 * unfinished copy that nobody of us began. Pure.
 */
export function leftOf(files: SeriesFiles, dead: ReadonlySet<Moment>, depot: Pick<Depot, 'ref' | 'url'>): string[] {
  const forked = unsigned(files)
  if (forked !== undefined) throw damaged(forked, files, depot)
  const names: string[] = []
  for (const set of files.sets) {
    const notes = files.notes.filter(({ time }) => time === set.time)
    const says = new Set(notes.map((note) => note.says))
    if (set.finished) {
      if (!says.has('gone') && fullOf(files, set.time) === undefined) throw damaged(set, files, depot)
    } else if (says.has('gone')) names.push(...set.names)
    else if (says.has('made')) throw damaged(set, files, depot)
    else if (dead.has(set.time))
      names.push(...set.names, ...notes.flatMap((note) => (note.says === 'begun' ? [note.name] : [])))
    // Volumes go before signatures: without any there is nobody at work, and duplicity passes the signatures over.
    else if (!set.names.every((name) => name.includes('.sigtar'))) throw locked(set, files, depot)
  }
  return names
}

/**
 * The newest copy when its signatures are lost: duplicity would leave it out and build upon the one before, and then take
 * what it made for an orphan. Of a short chain it makes a full copy instead.
 */
function unsigned(files: SeriesFiles): CopySet | undefined {
  const chain = chainsOf({ ...files, sets: files.sets.filter((set) => set.finished) }).at(-1) ?? []
  const last = chain.at(-1)
  return chain.length < 3 || last?.names.some((name) => name.includes('.sigtar')) === true ? undefined : last
}

function damaged({ time }: CopySet, { series }: SeriesFiles, depot: Pick<Depot, 'ref' | 'url'>): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', `the chains in ${depot.ref} are not whole: nothing is built upon them`, {
    why: `the copy of ${time} lacks its manifest, its signatures, or a copy that it is built upon`,
    hint: `bring back what is lost; or give up what cannot be read any more: ${cleanup(series, depot)}`,
  })
}

function locked({ time }: CopySet, { series }: SeriesFiles, depot: Pick<Depot, 'ref' | 'url'>): SalvageError {
  return new SalvageError('STORE.LOCKED', `another program is, or was, at work on the chains in ${depot.ref}`, {
    why: `the copy of ${time} is unfinished, and no note says that salvage-kit began it`,
    hint: `wait for its end; when it is dead, remove what it left: ${cleanup(series, depot)}`,
    retryable: true,
  })
}

function cleanup(series: string, { url }: Pick<Depot, 'url'>): string {
  const prefix = prefixOf(series)
  return `duplicity cleanup --force ${prefix === '' ? '' : `--file-prefix ${prefix} `}${url}`
}
