import { setTimeout as sleep } from 'node:timers/promises'
import { findingOf, type CallOptions, type Finding } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'

const PAUSE_MS = 500

type Gone = Pick<KeptSnapshot, 'namespace' | 'name' | 'uid'>

/**
 * Which removed snapshots are still there after `patienceMs`, by uid: something holds them by a finalizer. Looks once at least.
 * That it cannot look is no reason to fail what was done.
 */
export async function stillGoing(
  cluster: Cluster,
  removed: readonly Gone[],
  patienceMs: number,
  { signal }: CallOptions,
): Promise<ReadonlyMap<string, Finding>> {
  const until = performance.now() + patienceMs
  let left = removed
  while (left.length > 0) {
    const there = new Set<string>()
    for (const namespace of new Set(left.map((one) => one.namespace)))
      try {
        for await (const { metadata } of cluster.listMetadata(KINDS.volumeSnapshot, { namespace }, { signal }))
          there.add(metadata.uid ?? '')
      } catch (error) {
        signal.throwIfAborted()
        const finding = findingOf(error)
        return new Map(left.map(({ uid }) => [uid, finding]))
      }
    left = left.filter(({ uid }) => there.has(uid))
    if (left.length === 0 || performance.now() >= until) break
    await sleep(PAUSE_MS, undefined, { signal })
  }
  return new Map(left.map((one) => [one.uid, pending(one)]))
}

function pending({ namespace, name }: Gone): Finding {
  return {
    code: 'RETENTION.PENDING',
    message: `snapshot ${namespace}/${name} is being removed, and something still holds it`,
    hint: 'look at its finalizers and at the claims that are being restored from it',
  }
}
