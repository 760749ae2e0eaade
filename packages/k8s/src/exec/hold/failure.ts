import { SalvageError } from '@salvage-kit/core'
import type { QuiesceEnd } from './hold-script.ts'

/** `EXEC.QUIESCE_FAILED`: it was undone. */
export function quiesceFailed(place: string, { code, thawed, stderr }: QuiesceEnd): SalvageError {
  return new SalvageError('EXEC.QUIESCE_FAILED', `the quiesce script in ${place} ended with ${code ?? 'nothing'}`, {
    why: `${stderr} ${thawed === 0 ? 'It was thawed.' : `The thaw script ended with ${thawed ?? 'nothing'}.`}`.trim(),
  })
}

/** `EXEC.HELD`. */
export function taken(place: string, marker: string): SalvageError {
  return new SalvageError('EXEC.HELD', `${place} is held already`, {
    why: `there is a marker ${marker}`,
    hint: 'Recover the run that holds it.',
    untouched: true,
  })
}

/** `EXEC.UNWRITABLE`. */
export function unwritable(place: string, marker: string): SalvageError {
  return new SalvageError('EXEC.UNWRITABLE', `${marker} cannot be made in ${place}`, {
    hint: 'Name a directory that the container may write into, such as the mount of an emptyDir.',
    untouched: true,
  })
}

/** `EXEC.HOLD_LOST`. */
export function holdLost(place: string): SalvageError {
  return new SalvageError('EXEC.HOLD_LOST', `${place} is not held any more`, {
    why: 'the connection through which it was held ended, and it thaws by itself',
    retryable: true,
  })
}
