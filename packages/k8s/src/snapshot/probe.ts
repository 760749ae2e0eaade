import type { CallOptions, ClaimSource, CutOptions, JsonObject, SnapshotSupport, Source } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import type { Classes } from './class-view.ts'
import type { ClaimOrigin } from './origin.ts'
import { originOf, uncuttable } from './origin.ts'
import { chosenClass } from './class-view.ts'
import type { GroupChoice } from './group/choice.ts'
import { larger } from './quantity.ts'
import { claimParts } from './schema.ts'
import type { ClaimShape } from './schema.ts'
import { readStore } from './settings.ts'
import type { CsiSettings } from './settings.ts'

/** What a probe looks with. */
export interface ProbeParts {
  readonly settings: CsiSettings
  readonly classes: () => Promise<Classes | undefined>
  /** Absent: nothing is cut together. */
  readonly groups?: GroupChoice | undefined
  /** Absent: each claim is asked for. */
  readonly claims?: (at: ClaimSource, options: CallOptions) => Promise<SeenClaim | undefined>
}

/** What a probe sees of a claim. */
export interface SeenClaim {
  readonly phase: string | undefined
  readonly isGoing: boolean
  /** What its annotations say of its driver. */
  readonly origin: ClaimOrigin
  readonly shape: ClaimShape
}

/** Reads one of the API. */
export function seenClaim(claim: Resource): SeenClaim {
  const phase = claimParts.parse(claim).status?.phase
  const isGoing = claim.metadata.deletionTimestamp !== undefined
  return { phase, isGoing, origin: originOf(claim.metadata), shape: shapeOf(claim) }
}

/** It is the claim that is meant, and its volume stays with it. */
export function isSettled({ phase, isGoing, shape }: SeenClaim, { uid = shape.uid }: ClaimSource): boolean {
  return phase === 'Bound' && !isGoing && shape.uid === uid
}

/** Whether a claim can be cut, as far as this user may see it. A block volume can be kept, and nothing here reads it. */
export async function probeClaim(
  cluster: Cluster,
  source: Source,
  { signal, keep }: CutOptions,
  { settings, classes, groups, claims = single(cluster) }: ProbeParts,
): Promise<SnapshotSupport> {
  signal.throwIfAborted()
  if (source.medium !== 'pvc') return no(`a ${source.medium} is no claim`)
  const found = await claims(source, { signal })
  if (found === undefined) return no('there is no such claim')
  const { phase, isGoing, origin, shape: claim } = found
  if (source.uid !== undefined && claim.uid !== source.uid) return no('another claim has its name by now')
  if (isGoing) return no('the claim is being removed')
  if (phase !== 'Bound') return no(`the claim is ${phase ?? 'new'}: it has no volume`)
  if (claim.volumeMode === 'Block' && keep === undefined)
    return no('it is a block volume, whose files nothing can read')
  const seen = await classes()
  const { storageClass = '' } = claim
  // A claim outlives its class, and one that was bound by hand may have none.
  const driver = origin.provisioner ?? (storageClass === '' ? undefined : await seen?.driverOf(storageClass))
  const uncut = uncuttable(driver === undefined ? origin : { provisioner: driver }, source)
  if (uncut !== undefined) return no(uncut)
  const name = (keep === undefined ? undefined : readStore(keep).class) ?? settings.class
  const isKept = keep !== undefined
  const why = seen === undefined ? undefined : refusal(seen.snapshotClasses, driver, name, isKept)
  if (why !== undefined) return no(why)
  const token: JsonObject = { claim, ...(name === undefined ? {} : { snapshotClass: name }) }
  const { namespace } = source
  const group = await groups?.({ namespace, claim, driver, isKept, seen, snapshotClass: name }, { signal })
  if (group === undefined) return { supported: true, exposes: 'pvc', token }
  return {
    supported: true,
    exposes: 'pvc',
    token: { ...token, groupClass: group.groupClass },
    together: group.together,
  }
}

function single(cluster: Cluster): NonNullable<ProbeParts['claims']> {
  return async ({ namespace, name }, options) => {
    const found = await cluster.get(KINDS.claim, { namespace, name }, options)
    return found === undefined ? undefined : seenClaim(found)
  }
}

function no(why: string): SnapshotSupport {
  return { supported: false, why }
}

/** The form of a claim. */
export function shapeOf(claim: Resource): ClaimShape {
  const { spec, status } = claimParts.parse(claim)
  const size = larger(spec.resources?.requests?.storage, status?.capacity?.storage)
  return {
    uid: claim.metadata.uid ?? '',
    ...(spec.storageClassName === undefined ? {} : { storageClass: spec.storageClassName }),
    accessModes: spec.accessModes ?? ['ReadWriteOnce'],
    ...(spec.volumeMode === undefined ? {} : { volumeMode: spec.volumeMode }),
    ...(size === undefined ? {} : { size }),
  }
}

function refusal(
  snapshotClasses: Classes['snapshotClasses'],
  driver: string | undefined,
  name: string | undefined,
  isKept: boolean,
): string | undefined {
  const chosen = chosenClass(snapshotClasses, driver, name)
  if (name !== undefined && chosen === undefined) return `there is no VolumeSnapshotClass ${name}`
  if (chosen === undefined) return `${driver ?? 'its driver'} has no default VolumeSnapshotClass`
  if (driver !== undefined && chosen.driver !== driver)
    return `VolumeSnapshotClass ${chosen.name} is of ${chosen.driver}, and the volume of ${driver}`
  return !isKept && chosen.deletionPolicy === 'Retain'
    ? `VolumeSnapshotClass ${chosen.name} would leave the storage of each cut behind (deletionPolicy: Retain)`
    : undefined
}
