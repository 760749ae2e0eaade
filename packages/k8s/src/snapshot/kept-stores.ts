import type { CallOptions, Reference } from '@salvage-kit/core'
import { reference } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { CUT } from './key.ts'
import { keepNote, readNote } from './schema.ts'

/** The stores that have kept snapshots in these namespaces, as the snapshots themselves say. */
export async function keptStores(
  cluster: Cluster,
  namespaces: Iterable<string>,
  options: CallOptions,
): Promise<readonly Reference[]> {
  options.signal.throwIfAborted()
  const stores = new Set<Reference>()
  for (const namespace of new Set(namespaces)) {
    const scope = { namespace, labelSelector: CUT.kept }
    for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, scope, options)) {
      const note = readNote(keepNote, metadata.annotations?.[CUT.keep])
      if (note !== undefined) stores.add(reference(note.store))
    }
  }
  return [...stores].toSorted()
}
