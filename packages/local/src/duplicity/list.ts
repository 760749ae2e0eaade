import type { Finding, ListOptions, RestorePoint } from '@salvage-kit/core'
import { seriesFiles } from './chains.ts'
import type { SeriesFiles } from './chains.ts'
import { collectionOf } from './collection.ts'
import type { Collection, Held } from './collection.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import type { Far, FarCall } from './far.ts'
import { isoOf } from './moment.ts'
import type { Moment } from './moment.ts'
import { mustBeThere } from './must-answer.ts'
import { readNote } from './note.ts'
import type { Note } from './note.ts'
import { pointId } from './series.ts'
import { pointToken } from './token.ts'
import { readingFolder } from './work-folder.ts'

/**
 * The restore points of a URL, newest last: what duplicity holds for whole and nobody has removed. Rejects with
 * `STORE.NOT_FOUND` for a folder of this machine that is not there.
 */
export async function listPoints(depot: Depot, { signal, onProblem }: ListOptions): Promise<readonly RestorePoint[]> {
  await using folder = await readingFolder(depot)
  const call: FarCall = { what: `listing ${depot.ref}`, work: 'list', folder: folder.path, signal }
  await mustBeThere(depot, call)
  const points = await withFar(depot, call, (far) => pointsOf(far, depot, call, onProblem))
  return points.toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
}

async function pointsOf(
  far: Far,
  depot: Depot,
  call: FarCall,
  onProblem: ListOptions['onProblem'],
): Promise<readonly RestorePoint[]> {
  const points: RestorePoint[] = []
  for (const files of seriesFiles(await far.names()).values()) {
    if (files.sets.length === 0) continue
    if (isOthers(files, depot)) {
      if (files.series === '') onProblem?.(unnamed(depot))
      continue
    }
    const { held, broken } = await collectionOf(depot, files.series, call)
    const notes = await notesOf(far, files)
    for (const finding of lost(files, { held, broken }, depot)) onProblem?.(finding)
    for (const copy of held) {
      const point = pointOf(copy, files, notes.get(copy.time), depot)
      if (point !== undefined) points.push(point)
    }
    for (const { name, time, says } of files.notes)
      if (says === 'made' && !notes.has(time) && !isGone(files, time)) onProblem?.(unreadable(name, depot))
  }
  return points
}

/**
 * What was made and is not whole any more. A copy that has no note, of another program, is told where duplicity counts
 * more broken ones than are known to be unfinished or on their way out.
 */
function lost(files: SeriesFiles, { held, broken }: Collection, { ref }: Depot): readonly Finding[] {
  const whole = new Set(held.map(({ time }) => time))
  const made = new Set(files.notes.flatMap(({ time, says }) => (says === 'made' ? [time] : [])))
  const findings: Finding[] = [...made]
    .filter((time) => !whole.has(time) && !isGone(files, time))
    .map((time) => ({
      code: 'ARCHIVE.DAMAGED',
      message: files.sets.some((set) => set.time === time)
        ? `the copy ${pointId(files.series, time)} in ${ref} is not whole any more, and is not listed`
        : `the files of the copy ${pointId(files.series, time)} in ${ref} are gone: somebody else has removed them`,
      hint: 'bring back its manifest, its signatures, or what it is built upon; others of its chain may need it too',
    }))
  if (files.series !== '') return findings
  const known = files.sets.filter(({ time }) => !whole.has(time) && files.notes.some((note) => note.time === time))
  const more = broken - known.length
  if (more <= 0) return findings
  const message =
    `${String(more)} ${more === 1 ? 'copy' : 'copies'} of another program in ${ref} ` +
    'lack their end or what they are built upon, or are just being made'
  return [...findings, { code: 'ARCHIVE.DAMAGED', message, hint: 'duplicity collection-status shows which' }]
}

/** Without a name the chains of other programs belong to no target. */
function isOthers({ series, notes }: SeriesFiles, depot: Depot): boolean {
  if (series === '') return depot.target === undefined
  return notes.every(({ says }) => says === 'begun')
}

async function notesOf(far: Far, files: SeriesFiles): Promise<ReadonlyMap<Moment, Note>> {
  const made = files.notes.filter(({ says, time }) => says === 'made' && !isGone(files, time))
  const notes = new Map<Moment, Note>()
  for (const { name, time } of made) {
    const note = readNote(await far.content(name))
    if (note !== undefined) notes.set(time, note)
  }
  return notes
}

/** Undefined for a copy that a lift has not finished, or that was removed and is still needed by others. */
function pointOf(copy: Held, files: SeriesFiles, note: Note | undefined, depot: Depot): RestorePoint | undefined {
  const { series } = files
  const shared = {
    kind: 'archive',
    id: pointId(series, copy.time),
    store: depot.ref,
    token: pointToken(series, copy),
  } as const
  if (isGone(files, copy.time)) return undefined
  if (note !== undefined) {
    const { target, takenAt, state, bytes, storedBytes, files: count, machine, runId } = note
    return {
      ...shared,
      target,
      takenAt,
      state,
      ...(bytes === undefined ? {} : { bytes }),
      ...(storedBytes === undefined ? {} : { storedBytes }),
      ...(count === undefined ? {} : { files: count }),
      machine,
      runId,
    }
  }
  const isOurs = files.notes.some(({ time }) => time === copy.time)
  if (series !== '' || depot.target === undefined || isOurs) return undefined
  const { target, machine } = depot
  const said = machine === undefined ? {} : { machine }
  return { ...shared, target, takenAt: isoOf(copy.time), state: 'good', ...said }
}

function isGone({ notes }: SeriesFiles, moment: Moment): boolean {
  return notes.some(({ time, says }) => says === 'gone' && time === moment)
}

function unnamed({ ref }: Depot): Finding {
  return {
    code: 'STORE.UNNAMED_CHAINS',
    message: `the chains of another program in ${ref} are not listed: nothing says of what they are`,
    hint: 'name it in the configuration of the store: target: dir:/backup',
  }
}

function unreadable(name: string, { ref }: Depot): Finding {
  return {
    code: 'STORE.NOTE_UNREADABLE',
    message: `a copy in ${ref} is not listed: what ${name} says cannot be read`,
    hint: 'duplicity itself restores it',
  }
}
