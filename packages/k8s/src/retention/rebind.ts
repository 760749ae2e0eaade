import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError, type CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { OWN } from '../label/key.ts'
import { labelValue } from '../label/label-value.ts'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { rebindable, snapshotStatus, type Rebindable } from './rebindable.ts'

/** How a content is bound again. */
export interface RebindOptions extends CallOptions {
  /** The new end of the snapshot's name. */
  readonly rand: string
  /** Names the new content: `restoredvsc-ID`. */
  readonly id: string
  /** How long to wait until the new snapshot is ready, in milliseconds; 0: not at all, and then the old content stays. */
  readonly readyTimeoutMs: number
}

/** What stands after a rebinding. */
export interface Rebound {
  readonly namespace: string
  readonly snapshot: string
  readonly content: string
  /** False when the old content stays, because nobody waited for the new one. */
  readonly replaced: boolean
}

const POLL_MS = 500

/**
 * Makes a snapshot of a content whose own is gone, with its namespace for instance: a content of the same storage, a snapshot
 * that is bound to it, both with the labels and annotations of the old content; which goes, its storage kept, once the
 * new snapshot is ready. Everything that can be wrong is looked at before anything is made. Called again after a death in the
 * middle, it goes on with what it finds.
 *
 * Rejects with `REBIND.NO_CONTENT`, `REBIND.NO_HANDLE`, `REBIND.NO_CLASS`, `REBIND.POLICY` (it would take the storage along),
 * `REBIND.IN_USE` (its snapshot stands), `REBIND.NO_NAMESPACE`; with `REBIND.NOT_READY` after the new pair was made: it stays, and so
 * does the old content.
 */
export async function rebind(cluster: Cluster, name: string, options: RebindOptions): Promise<Rebound> {
  const { signal, rand, id, readyTimeoutMs } = options
  signal.throwIfAborted()
  const old = await rebindable(cluster, name, { signal })
  const content = await newContent(cluster, old, `${old.snapshot.replace(/-[^-]*$/, '')}-${rand}`, id, { signal })
  const snapshot = content.snapshot
  const made = await snapshotOf(cluster, old, content, { signal })
  if (readyTimeoutMs === 0) return { namespace: old.namespace, snapshot, content: content.name, replaced: false }
  await ready(cluster, made, readyTimeoutMs, { signal })
  await cluster.remove(KINDS.volumeSnapshotContent, { name }, { signal, uid: old.uid })
  return { namespace: old.namespace, snapshot, content: content.name, replaced: true }
}

interface NewContent {
  readonly name: string
  readonly snapshot: string
}

/** That of a dead run, when there is one. */
async function newContent(
  cluster: Cluster,
  old: Rebindable,
  snapshot: string,
  id: string,
  options: CallOptions,
): Promise<NewContent> {
  const from = labelValue(old.name)
  const labelSelector = `${OWN.reboundFrom}=${from}`
  for await (const found of cluster.list(KINDS.volumeSnapshotContent, { labelSelector }, options)) {
    const ref = snapshotStatus.referenceOf(found)
    if (ref !== undefined) return { name: found.metadata.name, snapshot: ref }
  }
  const name = `restoredvsc-${id}`
  await cluster.create(
    KINDS.volumeSnapshotContent,
    {
      apiVersion: apiVersionOf(KINDS.volumeSnapshotContent),
      kind: 'VolumeSnapshotContent',
      metadata: { name, labels: { ...old.labels, [OWN.reboundFrom]: from }, annotations: old.annotations },
      spec: {
        deletionPolicy: 'Retain',
        driver: old.driver,
        source: { snapshotHandle: old.handle },
        volumeSnapshotClassName: old.className,
        volumeSnapshotRef: { kind: 'VolumeSnapshot', namespace: old.namespace, name: snapshot },
        ...(old.volumeMode === undefined ? {} : { sourceVolumeMode: old.volumeMode }),
      },
    },
    options,
  )
  return { name, snapshot }
}

async function snapshotOf(
  cluster: Cluster,
  { namespace, className, labels, annotations }: Rebindable,
  content: NewContent,
  options: CallOptions,
): Promise<Resource> {
  const at = { namespace, name: content.snapshot }
  const found = await cluster.get(KINDS.volumeSnapshot, at, options)
  if (found !== undefined) return found
  return cluster.create(
    KINDS.volumeSnapshot,
    {
      apiVersion: apiVersionOf(KINDS.volumeSnapshot),
      kind: 'VolumeSnapshot',
      metadata: { ...at, labels, annotations },
      spec: { source: { volumeSnapshotContentName: content.name }, volumeSnapshotClassName: className },
    },
    options,
  )
}

async function ready(cluster: Cluster, made: Resource, timeoutMs: number, { signal }: CallOptions): Promise<void> {
  const { namespace = '', name, uid } = made.metadata
  const until = performance.now() + timeoutMs
  for (;;) {
    const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, { signal })
    const { isReady, trouble } = snapshotStatus.read(found)
    if (isReady && found?.metadata.uid === uid) return
    if (performance.now() >= until)
      throw new SalvageError('REBIND.NOT_READY', `snapshot ${namespace}/${name} is not ready`, {
        ...(trouble === undefined ? {} : { why: trouble }),
        hint: 'rebind again when it is; the old content is still there',
        retryable: true,
      })
    await sleep(Math.min(POLL_MS, Math.max(1, until - performance.now())), undefined, { signal })
  }
}
