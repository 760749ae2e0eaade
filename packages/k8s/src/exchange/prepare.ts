import { SalvageError } from '@salvage-kit/core'
import type { ExchangeOptions, PreparedExchange, Source, Store } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { claimOf } from '../snapshot/claim-of.ts'
import type { Classes } from '../snapshot/class-view.ts'
import { otherNamespace } from '../snapshot/other-namespace.ts'
import { mustBePermitted } from '../snapshot/permission.ts'
import { probeClaim } from '../snapshot/probe.ts'
import { cutToken, pointToken } from '../snapshot/schema.ts'
import { statusOf } from '../snapshot/status.ts'
import { bodyOf } from './body.ts'
import { EXCHANGE_PERMISSIONS } from './permission.ts'
import { refusalOf } from './refusal.ts'
import type { ExchangeSettings } from './settings.ts'
import type { ExchangeToken, NamedSnapshot } from './token.ts'

/** What preparing looks with. */
export interface PrepareParts {
  readonly settings: ExchangeSettings
  readonly classes: () => Promise<Classes | undefined>
}

/** Written by the scheduler, where a class waits for a pod. */
const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
/** For a block volume: cuts of it are of use here, since nothing reads its files. */
const ANY: Store = { ref: 'csi:', crane: 'csi', settings: {} }

/**
 * Looks whether a claim can be exchanged for the content of a point. Rejects with `EXCHANGE.GONE`, `EXCHANGE.OWNED`, `EXCHANGE.HELD`,
 * `EXCHANGE.STATIC`, `EXCHANGE.NO_CUT`, `CSI.RIGHTS`, `CSI.SIZE`, `RESTORE.POINT_UNKNOWN`, `RESTORE.UNREADABLE`, `CSI.NOT_READY`.
 */
export async function prepareExchange(
  cluster: Cluster,
  given: Source,
  { runId, from, signal }: ExchangeOptions,
  { settings, classes }: PrepareParts,
): Promise<PreparedExchange> {
  signal.throwIfAborted()
  const source = claimOf(given)
  const { namespace, name } = source
  await mustBePermitted(cluster, [namespace], { signal }, EXCHANGE_PERMISSIONS)
  const claim = await cluster.get(KINDS.claim, { namespace, name }, { signal })
  const { uid } = claim?.metadata ?? {}
  if (claim === undefined || uid === undefined || (source.uid !== undefined && source.uid !== uid))
    throw new SalvageError('EXCHANGE.GONE', `there is no claim ${namespace}/${name} as it was found`, {
      why: claim === undefined ? 'somebody has removed it' : 'another one has its name by now',
      untouched: true,
    })
  const refusal = refusalOf(claim)
  if (refusal !== undefined) throw refusal
  const snapshotClass = await classOfCut(cluster, claim, signal, { settings, classes })
  const point =
    from.store.crane === 'csi' ? await pointOf(cluster, from.point.token ?? null, source, signal) : undefined
  const token: ExchangeToken = {
    version: 1,
    namespace,
    name,
    uid,
    runId,
    claim: bodyOf(claim),
    waits: claim.metadata.annotations?.[SELECTED_NODE] !== undefined,
    ...(snapshotClass === undefined ? {} : { snapshotClass }),
    ...(point === undefined ? {} : { point }),
  }
  return { token, filled: point !== undefined }
}

/**
 * The configured class, or the default one. Where that cannot be, such as one that keeps the storage of what is removed, and
 * classes may be seen: any other of the driver that can.
 */
async function classOfCut(
  cluster: Cluster,
  claim: Resource,
  signal: AbortSignal,
  { settings, classes }: PrepareParts,
): Promise<string | undefined> {
  const { namespace = '', name } = claim.metadata
  const keep = bodyOf(claim).spec['volumeMode'] === 'Block' ? { keep: ANY } : {}
  const source: Source = { medium: 'pvc', namespace, name }
  const seen = await classes()
  const others = (seen?.snapshotClasses ?? []).flatMap((one) => (one.deletionPolicy === 'Delete' ? one.name : []))
  let why = ''
  for (const wanted of [settings.class, ...others]) {
    const given = { namespaces: [namespace], ...(wanted === undefined ? {} : { class: wanted }) }
    const support = await probeClaim(
      cluster,
      source,
      { signal, ...keep },
      { settings: given, classes: async () => seen },
    )
    if (support.supported) return cutToken.parse(support.token).snapshotClass
    if (why === '') why = support.why
  }
  throw new SalvageError('EXCHANGE.NO_CUT', `the claim ${namespace}/${name} cannot be restored in place`, {
    why: `its former content could not be kept: ${why}`,
    hint: 'have a VolumeSnapshotClass of its driver with the deletionPolicy Delete, or restore into a new claim',
    untouched: true,
  })
}

async function pointOf(
  cluster: Cluster,
  token: Parameters<typeof pointToken.parse>[0],
  { namespace, name: target }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<NamedSnapshot> {
  const { uid, ...at } = pointToken.parse(token)
  if (at.namespace !== namespace) throw otherNamespace(`${at.namespace}/${at.name}`, `${namespace}/${target}`)
  const found = await cluster.get(KINDS.volumeSnapshot, at, { signal })
  if (found?.metadata.uid !== uid || found.metadata.deletionTimestamp !== undefined)
    throw new SalvageError('RESTORE.POINT_UNKNOWN', `the snapshot ${at.namespace}/${at.name} is gone`, {
      untouched: true,
    })
  const { readyToUse, error } = statusOf(found)
  if (readyToUse === true) return { name: at.name, uid }
  throw new SalvageError('CSI.NOT_READY', `the snapshot ${at.namespace}/${at.name} is not ready`, {
    ...(error?.message === undefined ? {} : { why: error.message }),
    untouched: true,
  })
}
