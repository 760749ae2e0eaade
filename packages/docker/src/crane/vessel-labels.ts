import { randomBytes } from 'node:crypto'
import type { CallOptions, CraneAction, LiftRef, TargetRef } from '@salvage-kit/core'
import type { ContainerSummary } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { ENTITY } from '../label/keys.ts'
import { thisProcess } from './process-identity.ts'

/** The run that something was made for. */
export const RUN_LABEL = 'salvage-kit.run'
/** The lift, or the task outside of a run, that something was made for. */
export const LIFT_LABEL = 'salvage-kit.lift'
/** What a container outside of a run's lifts does; it marks what {@link LIFT_LABEL} and no journal finds. */
export const ACTION_LABEL = 'salvage-kit.action'
/** The process that waits for such a container. */
export const PROCESS_LABEL = 'salvage-kit.process'
/** When such a container is over its time, in milliseconds since 1970 by the clock of the process. */
export const UNTIL_LABEL = 'salvage-kit.until'
/** The target that is lifted. */
const TARGET_LABEL = 'salvage-kit.target'

/** A container of a crane, known before there is one. */
export interface Vessel {
  /** What its leftovers are found by. */
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Of a volume that the engine makes behind our back: they tell that this container made it come. */
  readonly volumeLabels: Readonly<Record<string, string>>
}

/** The container of a lift. */
export function liftVessel(ref: Pick<LiftRef, 'id' | 'runId' | 'target'>): Vessel {
  return {
    id: ref.id,
    name: vesselName(ref),
    labels: { [ENTITY]: 'crane', ...volumeLabels(ref), [TARGET_LABEL]: ref.target },
    volumeLabels: volumeLabels(ref),
  }
}

/** A container that belongs to no lift, or that withdraws one: what clears the lift up clears it up too. */
export async function taskVessel(
  engine: DockerEngine,
  action: CraneAction,
  task: CallOptions & {
    readonly ref?: Pick<LiftRef, 'id' | 'runId'>
    readonly target?: TargetRef
    readonly untilMs: number
  },
): Promise<Vessel> {
  const { ref, target, untilMs, signal } = task
  const id = ref?.id ?? `task-${randomBytes(8).toString('hex')}`
  const owner = await thisProcess(engine, { signal })
  const own = { [LIFT_LABEL]: id, ...(ref === undefined ? {} : { [RUN_LABEL]: ref.runId }) }
  return {
    id,
    name: ref === undefined ? vesselName({ id }) : withdrawalName(ref),
    labels: {
      [ENTITY]: 'crane',
      ...own,
      ...(target === undefined ? {} : { [TARGET_LABEL]: target }),
      [ACTION_LABEL]: action,
      [UNTIL_LABEL]: String(untilMs),
      ...(owner === undefined ? {} : { [PROCESS_LABEL]: owner }),
    },
    volumeLabels: own,
  }
}

/** The name of a lift's container. */
export function vesselName(ref: Pick<LiftRef, 'id'>): string {
  return `salvage-${ref.id}`
}

/** The name of the container that withdraws a lift. */
export function withdrawalName(ref: Pick<LiftRef, 'id'>): string {
  return `${vesselName(ref)}-forget`
}

function volumeLabels(ref: Pick<LiftRef, 'id' | 'runId'>): Readonly<Record<string, string>> {
  return { [RUN_LABEL]: ref.runId, [LIFT_LABEL]: ref.id }
}

/** Whether a container is one of this lift or task. */
export function isVesselOf(container: Pick<ContainerSummary, 'labels'>, ref: Pick<LiftRef, 'id'>): boolean {
  return container.labels[LIFT_LABEL] === ref.id
}
