import type { KeptRef, SnapshotRef, Snapshotter, Source, Store } from '@salvage-kit/core'
import { claimOf } from '../../../src/snapshot/claim-of.ts'

/** Call options that nobody aborts. */
export const options: { readonly signal: AbortSignal } = { signal: new AbortController().signal }

let count = 0

/** The ref of a cut as a plan has it. */
export async function refOf(snapshotter: Snapshotter, source: Source, runId = 'run'): Promise<SnapshotRef> {
  const support = await snapshotter.probe(source, options)
  if (!support.supported) throw new Error(support.why)
  count += 1
  const { namespace, name } = claimOf(source)
  const target = `k8s:${namespace}/${name}` as const
  return { id: `${runId}-s${String(count)}`, runId, target, source, token: support.token }
}

/** The same of one that is to stay. */
export function kept(ref: SnapshotRef, store: Store): KeptRef {
  return { ...ref, keep: { store, at: '2026-11-21T08:00:00.000Z', machine: 'test', tide: 'nightly' } }
}
