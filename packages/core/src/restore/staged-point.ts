import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LiftOptions } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { StoredDump } from '../dump/loader.ts'
import { guarded, STAGED_DUMPS, stageOf } from '../dump/stage.ts'
import { formatBytes } from '../config/bytes.ts'
import { SalvageError } from '../error.ts'
import type { JournalEntry, NewEntry } from '../journal/journal.ts'
import type { Rig } from '../rig.ts'
import { effectOf, pointsOf, stagingOf } from '../run/parts.ts'
import { release } from '../run/release.ts'
import { EXPOSURE_ORDER } from '../run/snapshots.ts'
import type { StuckEntry } from '../report/report.ts'

/** A dump that is to be brought to this machine for a while. */
export interface StagedPoint {
  readonly directory: string
  /** To be written down before the directory is made. */
  readonly entry: NewEntry
}

/** What is brought back, by whom. */
interface Origin {
  readonly runId: string
  readonly point: RestorePoint
  readonly store: Store
}

/**
 * Looks whether the dump of a point can be staged, and changes nothing. Rejects with `RESTORE.UNREADABLE` where its store gives no
 * files to this machine, and with `DUMP.STAGE_FULL` when it is larger than what is free.
 */
export async function planStaging(rig: Rig, { runId, point, store }: Origin): Promise<StagedPoint> {
  const staging = stagingOf(rig)
  const { points, media } = pointsOf(rig, store)
  if (points.lower === undefined || !media.has('directory'))
    throw new SalvageError('RESTORE.UNREADABLE', `the dump ${point.id} cannot be read by "${store.crane}" here`, {
      why: `what keeps ${store.ref} writes into no directory of this machine`,
      hint: 'use archive:, restic: or duplicity: for dumps',
      untouched: true,
    })
  await mustFit(staging, point)
  const { directory, token } = stageOf(staging, `${runId}-restore`)
  const undo = { kind: 'effect', target: point.target, effect: STAGED_DUMPS, token } as const
  return { directory, entry: { runId, order: EXPOSURE_ORDER, undo } }
}

/**
 * Lowers the dump of a point into its place, and gives its files by their names. Rejects with what lowering rejects with,
 * `DUMP.NOT_STAGED`, and with `DUMP.NO_DUMP` for a point that holds folders, links, or nothing.
 */
export async function stagePoint(
  rig: Rig,
  { directory }: StagedPoint,
  { point, store }: Omit<Origin, 'runId'>,
  options: LiftOptions,
): Promise<readonly StoredDump[]> {
  await guarded(directory, async () => {
    await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory, { mode: 0o700 })
  })
  await pointsOf(rig, store).points.lower?.(point, store, { medium: 'directory', path: directory }, options)
  options.signal.throwIfAborted()
  const found = await readdir(directory, { withFileTypes: true })
  if (found.length === 0 || found.some((one) => !one.isFile()))
    throw new SalvageError('DUMP.NO_DUMP', `${point.id} of ${point.target} is no dump`, {
      why: found.length === 0 ? 'it is empty' : 'it holds more than files',
      hint: 'restore it into a directory (--to dir:PATH), and look',
      untouched: true,
    })
  return found
    .map(({ name }): StoredDump => ({ name, open: () => createReadStream(join(directory, name)) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Removes what is staged, and forgets it; tells nobody, unless it cannot be removed. */
export async function unstage(rig: Rig, entry: JournalEntry, signal: AbortSignal): Promise<readonly StuckEntry[]> {
  try {
    if (entry.undo.kind === 'effect') await effectOf(rig, STAGED_DUMPS).undo(entry.undo.token, { signal })
    await rig.journal.settle([entry.id])
    return []
  } catch {
    // Tried again, by what has patience and tells.
    return release(rig, [entry])
  }
}

/** Stores that do not say how much it is are taken at their word later, by the disk. */
async function mustFit(staging: string, { id, target, bytes }: RestorePoint): Promise<void> {
  if (bytes === undefined) return
  const { bavail, bsize } = await statfs(await existing(staging))
  const free = bavail * bsize
  if (bytes <= free) return
  throw new SalvageError('DUMP.STAGE_FULL', `the dump ${id} of ${target} cannot be staged in ${staging}`, {
    why: `it is ${formatBytes(bytes)}, and ${formatBytes(free)} are free there`,
    hint: 'make room there, or have the state elsewhere: --state DIR',
    untouched: true,
  })
}

/** The next directory upwards that is there. */
async function existing(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  return isThere || dirname(path) === path ? path : existing(dirname(path))
}
