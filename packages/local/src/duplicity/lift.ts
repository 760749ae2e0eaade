import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { Archive, LiftOptions, LiftRef, Source } from '@salvage-kit/core'
import { readableDirectory } from '../directory/directory-discovery.ts'
import { mustBeAlone } from './alone.ts'
import { backup } from './backup.ts'
import { fullOf, noFiles, seriesFiles } from './chains.ts'
import type { SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import type { Far, FarCall } from './far.ts'
import { flush } from './flush.ts'
import { momentOf, secondsOf } from './moment.ts'
import type { Moment } from './moment.ts'
import { noteName } from './names.ts'
import { noteOf, noteText } from './note.ts'
import type { Note } from './note.ts'
import { pointId, prefixOf, seriesOf } from './series.ts'
import type { Series } from './series.ts'
import { stateIdOf } from './state-id.ts'
import { tidy } from './tidy.ts'
import { pointToken } from './token.ts'
import { liftFolder } from './work-folder.ts'

/**
 * One copy of a directory, full or upon the one before as duplicity judges. Its moment is chosen beforehand, and a note
 * with it and the id of the lift stands at the far end before duplicity begins; a second note makes it a point. What a
 * dead lift left unfinished is removed and never gone on with: that would mix two times in one copy.
 *
 * Files that vanish or cannot be read make the copy partial. Rejects with `STORE.LOCKED` while somebody else is, or
 * seems to be, at work in this series, and with `ARCHIVE.DAMAGED` when a copy of it is not whole any more.
 */
export async function lift(depot: Depot, ref: LiftRef, source: Source, options: LiftOptions): Promise<Archive> {
  const { signal } = options
  signal.throwIfAborted()
  const path = await readableDirectory(directoryOf(source) ?? unreadable(source))
  await using folder = await liftFolder(depot, ref.id)
  const call: FarCall = { what: `lifting ${ref.target}`, work: ref.id, folder: folder.path, signal }
  const series = seriesOf(ref, depot)
  const takenAt = new Date().toISOString()
  const time = await withFar(depot, call, (far) => begin(far, depot, { ref, series, takenAt }, call))
  const copied = await backup(depot, { ref, series, time, path, folder: folder.path }, options)
  const state = copied.findings.length > 0 ? 'partial' : 'good'
  const note: Note = { ...noteOf(ref, takenAt, await stateIdOf(depot)), ...copied.figures, state }
  const full = await withFar(depot, call, (far) => finish(far, depot, { ref, series, time, note }))
  return {
    point: {
      kind: 'archive',
      id: pointId(series, time),
      target: ref.target,
      store: depot.ref,
      takenAt,
      state,
      ...copied.figures,
      machine: ref.machine,
      runId: ref.runId,
      token: pointToken(series, { time, full }),
    },
    findings: copied.findings,
  }
}

async function begin(
  far: Far,
  depot: Depot,
  { ref, series, takenAt }: { readonly ref: LiftRef; readonly series: Series; readonly takenAt: string },
  call: FarCall,
): Promise<Moment> {
  const files = seriesFiles(await far.names()).get(series) ?? noFiles(series)
  const dead = await mustBeAlone(files, depot, far, ref)
  await tidy(depot, far, { files, dead }, call)
  const time = nextMoment(files)
  const name = noteName(prefixOf(series), time, 'begun', ref.id)
  await far.change([{ do: 'put', name, content: noteText(noteOf(ref, takenAt, await stateIdOf(depot))) }])
  return time
}

/** Gives the time of the full copy of its chain. */
async function finish(
  far: Far,
  depot: Depot,
  job: { readonly ref: LiftRef; readonly series: Series; readonly time: Moment; readonly note: Note },
): Promise<Moment> {
  const { ref, series, time, note } = job
  const files = seriesFiles(await far.names()).get(series) ?? noFiles(series)
  const full = mustStand(files, time, ref)
  await flush(depot, files.sets.find((set) => set.time === time)?.names ?? [])
  // The archive of a warm lift is no point, so nothing says that it was made.
  if (ref.warm === true) return full
  const made = noteName(prefixOf(series), time, 'made', ref.id)
  await far.change([{ do: 'put', name: made, content: noteText(note) }])
  await flush(depot, [made])
  await far.change([{ do: 'delete', names: [noteName(prefixOf(series), time, 'begun', ref.id)] }])
  return full
}

/** Later than every other copy of the series, also when the clock was set back: duplicity tells them apart by it. */
function nextMoment({ sets, notes }: SeriesFiles): Moment {
  const known = [...sets, ...notes].map(({ time }) => secondsOf(time))
  return momentOf(Math.max(Math.floor(Date.now() / 1000), ...known.map((seconds) => seconds + 1)))
}

function mustStand(files: SeriesFiles, time: Moment, ref: LiftRef): Moment {
  if (files.sets.find((set) => set.time === time)?.finished !== true)
    throw new SalvageError('CRANE.FAILED', `lifting ${ref.target} failed: duplicity has written no manifest`, {
      why: `there is none of ${time} in ${ref.store.ref}`,
    })
  const full = fullOf(files, time)
  if (full !== undefined) return full
  throw new SalvageError('ARCHIVE.DAMAGED', `the copy of ${ref.target} is built upon one that is not there`, {
    why: `the chain of ${time} in ${ref.store.ref} has no full copy, or one of its copies is unfinished`,
    hint: 'see who else removes files there; the next lift makes a full copy when nothing of the chain is left',
  })
}

function unreadable(source: Source): never {
  throw new SalvageError('CRANE.MEDIUM', `the duplicity crane cannot read a ${source.medium} without a directory`)
}
