import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, LiftRef, RestorePoint } from '@salvage-kit/core'
import { noFiles, seriesFiles } from './chains.ts'
import type { SeriesFiles } from './chains.ts'
import type { Depot } from './depot.ts'
import { withFar } from './far.ts'
import type { FarCall, FarWork } from './far.ts'
import type { Moment } from './moment.ts'
import { noteName } from './names.ts'
import { pointId, prefixOf, seriesOf } from './series.ts'
import { sweepable } from './sweep.ts'
import { liftFolder, readingFolder } from './work-folder.ts'

const ID = /^\d{8}T\d{6}Z(?:-[0-9a-f]{8})?$/

/**
 * Removes points: first a note says of each that it is gone, by which no list has it any more, then the files go that no
 * other point needs. An incremental copy is nothing without those before it, so files may stay until the last point of
 * their chain goes. What an interrupted call left goes with the next one of the same series.
 */
export async function removePoints(
  depot: Depot,
  points: readonly RestorePoint[],
  { signal }: CallOptions,
): Promise<void> {
  signal.throwIfAborted()
  const ids = new Set(points.map(({ id }) => id))
  for (const id of ids)
    if (!ID.test(id))
      throw new SalvageError('RESTORE.POINT_UNKNOWN', `${JSON.stringify(id)} is not the id of a point of duplicity`)
  await using folder = await readingFolder(depot)
  const what = `removing ${String(ids.size)} restore points from ${depot.ref}`
  const call: FarCall = { what, work: 'remove', folder: folder.path, signal }
  await withFar(depot, call, async (far) => {
    for (const files of seriesFiles(await far.names()).values())
      for (const set of files.sets) if (holds(ids, files, set)) await far.change(marksOf(files, set.time))
    // Nobody holds the locks of other series: somebody may be at work there.
    for (const files of seriesFiles(await far.names()).values())
      if ([...files.sets, ...files.notes].some((one) => holds(ids, files, one)))
        await far.change([{ do: 'delete', names: sweepable(files) }])
  })
}

function holds(ids: ReadonlySet<string>, { series }: SeriesFiles, { time }: { readonly time: Moment }): boolean {
  return ids.has(pointId(series, time))
}

/** Removes what a lift may have made: its copy when nothing was built upon it, else its point alone. */
export async function withdraw(depot: Depot, ref: LiftRef, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  await using folder = await liftFolder(depot, ref.id)
  const call: FarCall = { what: `withdrawing ${ref.target}`, work: ref.id, folder: folder.path, signal }
  const series = seriesOf(ref, depot)
  await withFar(depot, call, async (far) => {
    const files = seriesFiles(await far.names()).get(series) ?? noFiles(series)
    const times = new Set(files.notes.filter(({ lift }) => lift === ref.id).map(({ time }) => time))
    if (times.size === 0) return
    for (const { time } of files.sets) if (times.has(time)) await far.change(marksOf(files, time))
    // Nobody else lifts this target now, and what this lift began it has ended.
    const after = seriesFiles(await far.names()).get(series) ?? noFiles(series)
    const notes = after.notes.filter(({ lift, says }) => lift !== ref.id || says !== 'begun')
    const begun = after.notes.filter((note) => !notes.includes(note)).map(({ name }) => name)
    await far.change([{ do: 'delete', names: [...sweepable({ ...after, notes }), ...begun] }])
  })
}

/** That a copy is gone is said before what it was is forgotten. */
function marksOf({ series, notes }: SeriesFiles, time: Moment): readonly FarWork[] {
  const ofIt = notes.filter((note) => note.time === time)
  const made = ofIt.filter(({ says }) => says === 'made').map(({ name }) => name)
  const gone = { do: 'put', name: noteName(prefixOf(series), time, 'gone'), content: '' } as const
  return [...(ofIt.some(({ says }) => says === 'gone') ? [] : [gone]), { do: 'delete', names: made }]
}
