import type { CraneEnd } from '@salvage-kit/core'
import type { Resource } from '../resource/resource.ts'
import { CRANE_CONTAINER } from './manifest.ts'
import { CranePod } from './schema.ts'

/** Where the pod of a crane is. */
export type PodState =
  /** `hopeless`: it will never begin as it is; else it may still. */
  | { readonly is: 'waiting'; readonly code: string; readonly why: string; readonly hopeless: boolean }
  | { readonly is: 'running' }
  | { readonly is: 'ended'; readonly end: Omit<CraneEnd, 'lastLines'> }

const IMAGE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
])
const HOPELESS = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerError',
  'RunContainerError',
  'StartError',
])
/** A runtime says so when it could not start the program at all. */
const NEVER_STARTED = new Set(['StartError', 'ContainerCannotRun'])

/** Says where a pod is. Its end counts when all of it has ended, also what tells of the crane. */
export function stateOf(pod: Resource): PodState {
  const { status } = CranePod.parse(pod)
  const crane = status.containerStatuses.find(({ name }) => name === CRANE_CONTAINER)?.state
  const terminated = crane?.terminated
  if (terminated !== undefined && NEVER_STARTED.has(terminated.reason ?? ''))
    return { is: 'waiting', code: 'CRANE.START', why: textOf(terminated), hopeless: true }
  const takenAway = takenAwayBy(pod, status)
  if (status.phase === 'Succeeded' || status.phase === 'Failed') {
    const { exitCode = -1, reason = '' } = terminated ?? {}
    const lost =
      terminated === undefined ? `the pod failed: ${status.message ?? status.reason ?? 'nobody says why'}` : undefined
    const why = takenAway ?? lost
    return {
      is: 'ended',
      end: { exitCode, outOfMemory: reason === 'OOMKilled', ...(why === undefined ? {} : { endedBy: why }) },
    }
  }
  if (takenAway !== undefined) return { is: 'ended', end: { exitCode: -1, outOfMemory: false, endedBy: takenAway } }
  if (crane?.running !== undefined || terminated !== undefined) return { is: 'running' }
  return waiting(status)
}

function takenAwayBy({ metadata }: Resource, status: CranePod['status']): string | undefined {
  const target = status.conditions.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True')
  if (target !== undefined) return `the cluster took its pod away: ${textOf(target)}`
  if (status.reason === 'Evicted' || status.reason === 'Preempting' || status.reason === 'NodeLost')
    return `the cluster took its pod away: ${textOf(status)}`
  return metadata.deletionTimestamp === undefined ? undefined : 'somebody removed its pod'
}

function waiting({ conditions, containerStatuses, initContainerStatuses }: CranePod['status']): PodState {
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '' } = state.waiting ?? {}
    if (reason === '' || reason === 'PodInitializing' || reason === 'ContainerCreating') continue
    const code = IMAGE.has(reason)
      ? 'CRANE.IMAGE_MISSING'
      : reason === 'CreateContainerConfigError'
        ? 'CRANE.SECRET'
        : 'CRANE.START'
    return { is: 'waiting', code, why: textOf(state.waiting ?? {}), hopeless: HOPELESS.has(reason) }
  }
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False')
    return { is: 'waiting', code: 'JOB.UNSCHEDULABLE', why: textOf(scheduled), hopeless: false }
  return { is: 'waiting', code: 'JOB.NOT_STARTED', why: 'its pod does not begin', hopeless: false }
}

function textOf(said: { readonly reason?: string; readonly message?: string }): string {
  return [said.reason, said.message].filter((part) => part !== undefined && part !== '').join(': ')
}
