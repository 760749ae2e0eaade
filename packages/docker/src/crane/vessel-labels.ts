import type { LiftRef } from '@salvage-kit/core'
import type { ContainerSummary } from '../container.ts'
import { ENTITY } from '../label/keys.ts'

/** The run that something was made for. */
export const RUN_LABEL = 'salvage-kit.run'
/** The lift that something was made for. */
export const LIFT_LABEL = 'salvage-kit.lift'
/** The target that is lifted. */
const TARGET_LABEL = 'salvage-kit.target'

/** The name of a lift's container, known before there is one. */
export function vesselName(ref: Pick<LiftRef, 'id'>): string {
  return `salvage-${ref.id}`
}

/** Of a lift's container. */
export function vesselLabels(ref: Pick<LiftRef, 'id' | 'runId' | 'target'>): Readonly<Record<string, string>> {
  return { [ENTITY]: 'crane', ...volumeLabels(ref), [TARGET_LABEL]: ref.target }
}

/** Of a volume that the engine makes behind the back of a lift: they tell that this lift's container made it come. */
export function volumeLabels(ref: Pick<LiftRef, 'id' | 'runId'>): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: ref.runId, [LIFT_LABEL]: ref.id }
}

/** Whether a container is the vessel of this lift. */
export function isVesselOf(container: Pick<ContainerSummary, 'labels'>, ref: Pick<LiftRef, 'id'>): boolean {
  return container.labels[LIFT_LABEL] === ref.id
}
