import type { Finding, LiftRef, ListOptions, RestorePoint } from '@salvage-kit/core'
import { failure } from './failure.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import { snapshots } from './schema.ts'
import type { Snapshot } from './schema.ts'
import { liftTag, OWN_TAG, ownerTag, readTags } from './tags.ts'

/** The restore points in a repository, newest last, and what bears our tag and is none. Takes no lock. */
export async function listPoints(
  repository: Repository,
  { signal, onProblem }: ListOptions,
): Promise<readonly RestorePoint[]> {
  const points: RestorePoint[] = []
  for (const snapshot of await snapshotsWith(repository, OWN_TAG, signal)) {
    const point = pointOf(snapshot, repository)
    if (point === undefined) onProblem?.(problem(snapshot, repository))
    else points.push(point)
  }
  return points.toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
}

/** What a lift left in a repository, oldest first: one snapshot, or several when it was tried again. Takes no lock. */
export async function snapshotsOfLift(
  repository: Repository,
  ref: LiftRef,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  return snapshotsWith(repository, `${ownerTag(ref)},${liftTag(ref)}`, signal)
}

async function snapshotsWith(repository: Repository, tags: string, signal: AbortSignal): Promise<readonly Snapshot[]> {
  const lines: string[] = []
  const end = await runRestic(repository, {
    args: ['snapshots', '--json', '--no-lock', '--tag', tags],
    onLine: (line) => void lines.push(line),
    signal,
  })
  if (end.code !== 0) throw failure(`listing ${repository.ref}`, end, repository)
  const found = snapshots.parse(JSON.parse(lines.join('\n')) ?? [])
  return found.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))
}

function problem({ id, tags }: Snapshot, repository: Repository): Finding {
  return {
    code: 'STORE.TAGS_UNREADABLE',
    message: `the snapshot ${id.slice(0, 8)} in ${repository.ref} is not listed: its tags do not say of what it is`,
    why: `they are ${(tags ?? []).join(', ')}`,
    hint: `"restic tag" can mend them; "restic restore ${id.slice(0, 8)}" brings it back as it is`,
  }
}

function pointOf(snapshot: Snapshot, repository: Repository): RestorePoint | undefined {
  const tags = readTags(snapshot.tags ?? [])
  if (tags === undefined) return undefined
  const { summary } = snapshot
  return {
    kind: 'archive',
    id: snapshot.id,
    target: tags.target,
    store: repository.ref,
    takenAt: tags.takenAt ?? new Date(snapshot.time).toISOString(),
    state: tags.partial ? 'partial' : 'good',
    ...(summary === undefined ? {} : { bytes: summary.total_bytes_processed, files: summary.total_files_processed }),
    ...(summary?.data_added_packed === undefined ? {} : { storedBytes: summary.data_added_packed }),
    ...(snapshot.hostname === undefined ? {} : { machine: snapshot.hostname }),
    ...(tags.runId === undefined ? {} : { runId: tags.runId }),
  }
}
