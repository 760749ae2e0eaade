import type { CallOptions, Json } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../../client/cluster.ts'
import { apiVersionOf, KINDS } from '../../resource/kind.ts'
import { lease } from './schema.ts'
import type { LeaseState } from './schema.ts'

/** Who takes a lease, and what he promises. */
export interface Claim {
  /** Unique: of one taking, never used again. */
  readonly holder: string
  readonly seconds: number
}

/** Undefined when there is none. */
export async function readLease(
  cluster: Cluster,
  at: ObjectName,
  options: CallOptions,
): Promise<LeaseState | undefined> {
  const found = await cluster.get(KINDS.lease, at, options)
  return found === undefined ? undefined : lease.parse(found)
}

/** Makes a lease that is held at once. Rejects with `K8S.EXISTS` when the name is taken. */
export async function makeLease(
  cluster: Cluster,
  at: ObjectName,
  labels: Readonly<Record<string, string>>,
  claim: Claim,
  options: CallOptions,
): Promise<LeaseState> {
  const { lease: kind } = KINDS
  const spec = taking(claim, 0)
  const manifest = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { ...at, labels }, spec }
  return lease.parse(await cluster.create(kind, manifest, options))
}

/**
 * Takes a lease as it was read. Undefined when it is not there any more; rejects with `K8S.CONFLICT` when it is not as it
 * was read: also when an answer was lost, so look who holds it.
 */
export async function takeLease(
  cluster: Cluster,
  at: ObjectName,
  was: LeaseState,
  claim: Claim,
  options: CallOptions,
): Promise<LeaseState | undefined> {
  return change(cluster, at, was, taking(claim, was.transitions + 1), options)
}

/** Says that the holder lives. Undefined and `K8S.CONFLICT` as with `takeLease`. */
export async function renewLease(
  cluster: Cluster,
  at: ObjectName,
  was: LeaseState,
  options: CallOptions,
): Promise<LeaseState | undefined> {
  return change(cluster, at, was, { renewTime: microTime() }, options)
}

/** Nobody holds it from now on. Undefined and `K8S.CONFLICT` as with `takeLease`. */
export async function freeLease(
  cluster: Cluster,
  at: ObjectName,
  was: LeaseState,
  options: CallOptions,
): Promise<LeaseState | undefined> {
  return change(cluster, at, was, { holderIdentity: null, renewTime: microTime() }, options)
}

async function change(
  cluster: Cluster,
  at: ObjectName,
  { metadata: { resourceVersion } }: LeaseState,
  spec: Json,
  options: CallOptions,
): Promise<LeaseState | undefined> {
  const body = { metadata: { resourceVersion }, spec }
  const changed = await cluster.patch(KINDS.lease, at, { type: 'merge', body }, options)
  return changed === undefined ? undefined : lease.parse(changed)
}

function taking({ holder, seconds }: Claim, leaseTransitions: number): Record<string, Json> {
  const now = microTime()
  return { holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: now, renewTime: now, leaseTransitions }
}

/** For people: nobody's life is judged by the time that another machine wrote. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z')
}
