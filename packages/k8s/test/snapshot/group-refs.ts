import type { CallOptions, ClaimSource, KeptRef, SnapshotRef, Store } from '@salvage-kit/core'
import type { Cluster } from '../../src/client/cluster.ts'
import { csiSnapshotter } from '../../src/snapshot/csi-snapshotter.ts'
import type { CsiSettings } from '../../src/snapshot/settings.ts'
import type { GroupWorld } from '../group-world.ts'

/** For every call. */
export const options: CallOptions = { signal: new AbortController().signal }
/** Keeps by tiers. */
export const store: Store = { ref: 'csi:here', crane: 'csi', settings: { retain: { by: 'tiers' } } }
/** The run of all refs. */
export const RUN = '20261121t080000z-c0ffee'
/** Of a snapshotter that waits for nothing long. */
export const settings: CsiSettings = { namespaces: ['ns'], goneMs: 100, cutMs: 200, errorMs: 50 }

/** Of both claims, cut together; the first is kept. */
export async function refsOf({ process, sources }: GroupWorld): Promise<readonly [KeptRef, SnapshotRef]> {
  const snapshotter = csiSnapshotter(process(), settings)
  const ref = async (source: ClaimSource, id: string): Promise<SnapshotRef> => {
    const support = await snapshotter.probe(source, options)
    if (!support.supported || support.together === undefined) throw new Error('it cannot be cut together')
    const target = `k8s:ns/${source.name}` as const
    return { id: `${RUN}-${id}`, runId: RUN, target, source, token: support.token, together: `${RUN}-t1` }
  }
  const keep = { store, at: '2026-11-21T08:00:00.000Z', machine: 'm' }
  return [{ ...(await ref(sources[0], 's1')), keep }, await ref(sources[1], 's2')]
}

/** With what a claim says it can be cut together; a text why it cannot be cut. */
export async function said(cluster: Cluster, source: ClaimSource, given: Partial<CsiSettings> = {}): Promise<unknown> {
  const support = await csiSnapshotter(cluster, { ...settings, ...given }).probe(source, options)
  return support.supported ? support.together : support.why
}
