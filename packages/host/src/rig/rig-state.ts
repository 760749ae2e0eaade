import { isSalvageError, memoryCatalog } from '@salvage-kit/core'
import type { Catalog, Finding, Reporter } from '@salvage-kit/core'
import type { Cluster, LockWait } from '@salvage-kit/k8s'
import type { LoadedConfig } from '../config/load-config.ts'
import { awaited } from './awaited.ts'
import { openCluster } from './open-cluster.ts'
import { isWritable, readState, readStateIfPossible } from './read-state.ts'
import { openState } from './state.ts'
import type { State } from './state.ts'

/** What runs remember and hold, wherever that stands. */
export interface RigState extends Omit<State, typeof Symbol.dispose>, AsyncDisposable {
  /** Journal and locks stand in this cluster: it is fenced, and the backend must use no other. */
  readonly cluster?: Cluster
  /** What is not known, and why. */
  readonly finding?: Finding
}

/** What is opened. */
export interface RigStateSettings {
  readonly loaded: LoadedConfig
  readonly stateDirectory: string
  /** Only looks: works also where the state directory cannot be written; `must`: but it must be readable. */
  readonly reads?: boolean | 'must' | undefined
  /** Told when the cluster must be waited for. */
  readonly report?: Reporter
}

const NAME = 'salvage-kit'

/**
 * Opens journal, locks and catalog: in the state directory, or, with `kubernetes.state`, journal and locks in the cluster and
 * the catalog in the state directory where that can be written, else in memory. Calls nobody yet. Rejects with
 * `PREFLIGHT.STATE`, `K8S.CONFIG`, and what journal and catalog throw when they cannot be read.
 */
export async function openRigState({
  loaded,
  stateDirectory,
  reads = false,
  report,
}: RigStateSettings): Promise<RigState> {
  const place = loaded.config.kubernetes?.state
  if (place === undefined) return onDisk(stateDirectory, reads)
  await using opening = new AsyncDisposableStack()
  const cluster = opening.use(await openCluster(loaded, 'kubernetes.state'))
  const { clusterState } = await import('@salvage-kit/k8s')
  const onWait = (wait: LockWait): void => report?.(awaited(wait))
  const state = clusterState(cluster, { namespace: place.namespace, name: place.name ?? NAME, onWait })
  const catalog = catalogAt(stateDirectory, reads, opening)
  const kept = opening.move()
  return {
    directory: stateDirectory,
    journal: state.journal,
    locks: state.locks,
    catalog,
    cluster: state.cluster,
    [Symbol.asyncDispose]: async () => kept.disposeAsync(),
  }
}

function onDisk(directory: string, reads: boolean | 'must'): RigState {
  const { state, finding } = opened(directory, reads)
  const { journal, locks, catalog } = state
  return {
    directory,
    journal,
    locks,
    catalog,
    ...(finding === undefined ? {} : { finding }),
    [Symbol.asyncDispose]: async () => Promise.resolve(state[Symbol.dispose]()),
  }
}

function opened(directory: string, reads: boolean | 'must'): { readonly state: State; readonly finding?: Finding } {
  if (reads === 'must') return { state: readState(directory) }
  return reads ? readStateIfPossible(directory) : { state: openState(directory) }
}

/** A pod may have no disk, and needs none: what it must not forget stands in the cluster. */
function catalogAt(directory: string, reads: boolean | 'must', opening: AsyncDisposableStack): Catalog {
  try {
    return opening.use(opened(directory, reads).state).catalog
  } catch (error) {
    if (!isSalvageError(error) || (error.code !== 'PREFLIGHT.STATE' && isWritable(directory))) throw error
    return memoryCatalog()
  }
}
