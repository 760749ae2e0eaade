import { z } from 'zod'
import type { Resource } from '../resource/resource.ts'
import { BY_TIERS, KEY, OWN } from './key.ts'
import { TIERS, suspendedLabel, tierLabel, type Tier, type Tiers } from './tier.ts'

/** A snapshot with what retention has to know of it, and no more: thousands of them are held at once. */
export interface KeptSnapshot {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** As it was read. */
  readonly version: string
  /** The value of its claim's label; absent: nobody knows what was cut. */
  readonly pvc?: string
  /** The claim's whole name. */
  readonly claim: string
  /** Every label, as it was read: what is changed is changed only while they all are still so. */
  readonly labels: { readonly [key: string]: string }
  /** When the cut was made, in milliseconds; absent: not yet, or not told. */
  readonly cutAt?: number
  /** When the object was made. */
  readonly madeAt: number
  /** Cut, and ready to be restored from. Only such a one is a backup. */
  readonly ready: boolean
  /** Is being removed. */
  readonly going: boolean
  /** Its content; absent: not bound. */
  readonly content?: string
  /** What the driver said last, when it failed. */
  readonly trouble?: string
  /** Tiers that it has, or had until it was set aside for not being ready. */
  readonly tiers: Tiers
  /** To be kept by tiers, as its labels say or will say once it is ready. */
  readonly byTiers: boolean
  /** Has backup-ns's label `retain`, so that pruners of backup-ns see it. */
  readonly visible: boolean
}

const spec = z.looseObject({ source: z.looseObject({ persistentVolumeClaimName: z.string().optional() }) })
const status = z.looseObject({
  boundVolumeSnapshotContentName: z.string().optional(),
  creationTime: z.iso.datetime({ offset: true }).optional(),
  readyToUse: z.boolean().optional(),
  error: z.looseObject({ message: z.string().optional() }).optional(),
})

/**
 * Undefined for a snapshot that is not retained by labels: one without a label of backup-ns and without the own one that says
 * how to retain it. A status that cannot be read is that of a snapshot that is not ready.
 */
export function keptSnapshot(resource: Resource): KeptSnapshot | undefined {
  const { metadata } = resource
  const labels = metadata.labels ?? {}
  const tiers = tiersIn(labels)
  const retain = labels[KEY.retain]
  const managed = retain !== undefined || labels[OWN.retain] !== undefined || Object.keys(tiers).length > 0
  if (!managed) return undefined
  const said = status.safeParse(resource.status ?? {}).data ?? {}
  const cutAt = said.creationTime === undefined ? Number.NaN : Date.parse(said.creationTime)
  const pvc = labels[KEY.pvc]
  const claim =
    metadata.annotations?.[OWN.pvc] ?? spec.safeParse(resource.spec).data?.source.persistentVolumeClaimName ?? pvc ?? ''
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    version: metadata.resourceVersion ?? '',
    ...(pvc === undefined || pvc === '' ? {} : { pvc }),
    claim,
    labels,
    ...(Number.isNaN(cutAt) ? {} : { cutAt }),
    madeAt: Date.parse(metadata.creationTimestamp ?? ''),
    ready: said.readyToUse === true && !Number.isNaN(cutAt) && metadata.deletionTimestamp === undefined,
    going: metadata.deletionTimestamp !== undefined,
    ...(said.boundVolumeSnapshotContentName === undefined ? {} : { content: said.boundVolumeSnapshotContentName }),
    ...(said.error?.message === undefined ? {} : { trouble: said.error.message }),
    tiers,
    byTiers: (retain ?? labels[OWN.retain]) === BY_TIERS,
    visible: retain !== undefined,
  }
}

function tiersIn(labels: KeptSnapshot['labels']): Tiers {
  const found: { [tier in Tier]?: string } = {}
  for (const tier of TIERS) {
    const value = labels[tierLabel(tier)] ?? labels[suspendedLabel(tier)]
    if (value !== undefined) found[tier] = value
  }
  return found
}
