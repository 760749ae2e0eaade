import type { CraneEnd } from '@salvage-kit/core'
import type { Resource } from '../resource/resource.ts'
import { CRANE_CONTAINER } from './manifest.ts'
import { CranePod } from './schema.ts'
import { textOf, waitingState } from './waiting-state.ts'
import type { WaitingState } from './waiting-state.ts'

/** Where the pod of a crane is. */
export type PodState =
  | WaitingState
  | { readonly is: 'running' }
  | { readonly is: 'ended'; readonly end: Omit<CraneEnd, 'lastLines'> }

/** A runtime says so when it could not start the program at all. */
const NEVER_STARTED = new Set(['StartError', 'ContainerCannotRun'])

/**
 * Says where a pod is. Its end counts when all of it has ended, also what tells of the crane; the cluster calls the whole pod
 * ended seconds later.
 */
export function stateOf(pod: Resource): PodState {
  const { status } = CranePod.parse(pod)
  const crane = status.containerStatuses.find(({ name }) => name === CRANE_CONTAINER)?.state
  const terminated = crane?.terminated
  if (terminated !== undefined && NEVER_STARTED.has(terminated.reason ?? ''))
    return { is: 'waiting', code: 'CRANE.START', why: textOf(terminated), hopeless: true }
  const takenAway = takenAwayBy(pod, status)
  const tellers = status.initContainerStatuses
  const isOver = terminated !== undefined && tellers.every(({ state }) => state.terminated !== undefined)
  if (isOver || status.phase === 'Succeeded' || status.phase === 'Failed') {
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
  return waitingState(status)
}

function takenAwayBy({ metadata }: Resource, status: CranePod['status']): string | undefined {
  const target = status.conditions.find(({ type, status: is }) => type === 'DisruptionTarget' && is === 'True')
  if (target !== undefined) return `the cluster took its pod away: ${textOf(target)}`
  if (status.reason === 'Evicted' || status.reason === 'Preempting' || status.reason === 'NodeLost')
    return `the cluster took its pod away: ${textOf(status)}`
  return metadata.deletionTimestamp === undefined ? undefined : 'somebody removed its pod'
}
