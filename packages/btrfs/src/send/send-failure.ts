import { SalvageError } from '@salvage-kit/core'
import { failureOf } from '../command/failure.ts'
import { endText } from '../far/far-end.ts'
import type { FarEnd } from '../far/far-end.ts'
import { lastWords, SSH_FAILED, sshFailure } from '../far/ssh-failure.ts'
import type { Ending } from '../far/leash.ts'

/** Where a send was when it failed. */
export interface FailedSend {
  readonly what: string
  readonly far: FarEnd
  readonly directory: string
  /** The step at which the far side gave up, when it said so. */
  readonly step?: string | undefined
  /** What the far side and ssh said. */
  readonly words: string
}

/** What the far side means by a step. What it began it has removed. */
export function farFailure({ what, far, directory, step, words }: FailedSend): SalvageError {
  const place = far.kind === 'local' ? directory : `${far.host}:${directory}`
  const why = lastWords(words)
  switch (step) {
    case 'directory':
    case 'list':
      return new SalvageError('SEND.FAR_DIRECTORY', `nothing can be sent to ${place}`, {
        why,
        hint: 'make that directory there, on BTRFS, and see that the user there may use it',
      })
    case 'program':
      return new SalvageError('SEND.FAR_PROGRAM', `${endText(far)} has no program btrfs`, {
        hint: 'install it there (apt install btrfs-progs)',
      })
    case 'taken':
      return new SalvageError('SEND.TAKEN', `${what}: something else has that name in ${place}`, {
        why: 'it is not a copy of this snapshot, or not a whole one',
        hint: 'look at it there; what a cut transfer of another program left can be deleted with `btrfs subvolume delete`',
      })
    case 'busy':
      return new SalvageError('SEND.BUSY', `${what}: ${place} is receiving a snapshot of that name`, {
        hint: 'wait until that is over; a transfer whose sender is dead ends when sshd there notices',
        retryable: true,
      })
    case 'verify':
      return new SalvageError('SEND.NOT_WHOLE', `${what}: what ${place} received is not what was sent`, {
        why,
        hint: 'send it again; when it comes again, look at both file systems with `btrfs scrub`',
        retryable: true,
      })
    case undefined:
    default:
      break
  }
  const known = failureOf(what, words, 'an error')
  if (known.code === 'BTRFS.NO_SPACE')
    return new SalvageError('SEND.FAR_FULL', `${what}: there is no room in ${place}`, {
      why,
      hint: 'make room there: purge old snapshots, or enlarge the file system',
    })
  return new SalvageError('SEND.FAR_FAILED', `${what}: ${place} could not receive it`, { why })
}

/** A connection that ended without a word of the far side's script. */
export function cutOff({ what, far, words }: FailedSend, ending: Ending): SalvageError {
  const why = lastWords(words)
  const cause = far.kind === 'ssh' && ending.code === SSH_FAILED ? sshFailure(far.host, words) : undefined
  return new SalvageError('SEND.CUT', `${what} was cut off`, {
    why: `${endText(far)}: ${why}`,
    hint: 'send it again: what stands here and there is as before',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** `btrfs send` itself failed. */
export function senderFailure(what: string, words: string, ending: Ending): SalvageError {
  const known = failureOf(what, words, ending.code ?? ending.signal ?? 'an error')
  return new SalvageError('SEND.FAILED', known.message, { why: lastWords(words), retryable: true })
}

/** Whether the far side lacks what the stream is the difference to. */
export function lacksParent(words: string): boolean {
  return /cannot find parent subvol|could not find parent|did not find source subvol|clone: did not find/i.test(words)
}

/** Whether a failure of the sender only says that nobody listens any more. */
export function isBrokenPipe(words: string): boolean {
  return /Broken pipe|Connection reset/.test(words)
}
