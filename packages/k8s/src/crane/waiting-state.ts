import type { CranePod } from './schema.ts'

/** A pod that does not run yet. */
export interface WaitingState {
  readonly is: 'waiting'
  readonly code: string
  readonly why: string
  /** It will never begin as it is; else it may still. */
  readonly hopeless: boolean
}

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
  // Of the container that tells what the crane said, in an image without a shell: the crane itself is not started anew.
  'CrashLoopBackOff',
])
/** What a registry says when it was reached: asking again changes nothing. */
const NO_SUCH_IMAGE = /not found|manifest unknown|unauthorized|denied|authorization failed/i
/** What a node says of a Secret, or of a key of one, that is not there. Others pass by themselves: a cache that is filled late. */
const NO_SUCH_SECRET = /secret "[^"]*" not found|couldn't find key|references non-existent secret key/

/** Why a pod that has neither run nor failed does not run. */
export function waitingState({
  conditions,
  containerStatuses,
  initContainerStatuses,
}: CranePod['status']): WaitingState {
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '' } = state.waiting ?? {}
    if (reason === '' || reason === 'PodInitializing' || reason === 'ContainerCreating') continue
    const why = textOf(state.waiting ?? {})
    const hopeless = HOPELESS.has(reason)
    if (IMAGE.has(reason))
      return { is: 'waiting', code: 'CRANE.IMAGE_MISSING', why, hopeless: hopeless || NO_SUCH_IMAGE.test(why) }
    if (reason === 'CreateContainerConfigError')
      return { is: 'waiting', code: 'CRANE.SECRET', why, hopeless: NO_SUCH_SECRET.test(why) }
    return { is: 'waiting', code: 'CRANE.START', why, hopeless }
  }
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False')
    return { is: 'waiting', code: 'JOB.UNSCHEDULABLE', why: textOf(scheduled), hopeless: false }
  return { is: 'waiting', code: 'JOB.NOT_STARTED', why: 'its pod does not begin', hopeless: false }
}

/** The same where only a warning of the cluster says more: a Secret that is mounted and not there. */
export function warnedState(state: WaitingState, warnings: readonly string[]): WaitingState {
  const why = warnings.find((warning) => NO_SUCH_SECRET.test(warning))
  return why === undefined ? state : { is: 'waiting', code: 'CRANE.SECRET', why, hopeless: true }
}

/** A reason and its words. */
export function textOf(said: { readonly reason?: string; readonly message?: string }): string {
  return [said.reason, said.message].filter((part) => part !== undefined && part !== '').join(': ')
}
