import type { RestorePoint } from '@salvage-kit/core'
import { failure } from './failure.ts'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'
import { snapshots } from './schema.ts'
import type { Snapshot } from './schema.ts'
import { OWN_TAG, readTags } from './tags.ts'

/** The snapshots that bear our tag and `tag`, oldest first. Takes no lock: a repository that cannot be written will do. */
export async function ownSnapshots(
  repository: Repository,
  signal: AbortSignal,
  tag?: string,
): Promise<readonly Snapshot[]> {
  const tags = tag === undefined ? OWN_TAG : `${OWN_TAG},${tag}`
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

/** Snapshots as restore points, newest last, without those that somebody has tagged by hand. */
export function pointsOf(found: readonly Snapshot[], repository: Repository): readonly RestorePoint[] {
  const points = found.map((snapshot) => pointOf(snapshot, repository)).filter((point) => point !== undefined)
  return points.toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
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
