import type { Finding, LiftRef } from '@salvage-kit/core'
import type { PointNote } from './point-note.ts'

/** Gets what a reader should know and what fails nothing. */
export type Warn = (finding: Finding) => void

/** Tells nobody. */
export function ignored(): void {
  return undefined
}

/** Whether a copy is an earlier one of what is lifted. */
export function isOfSeries(note: PointNote | undefined, { target, machine }: LiftRef): boolean {
  return note !== undefined && note.target === target && note.machine === machine
}

/** The word for a copy that should have been a difference. */
export function sentWhole({ target, store }: LiftRef): Finding {
  return {
    code: 'SEND.PARENT_MISSING',
    message: `all of ${target} was sent to ${store.ref}, not only what changed since the last copy`,
    why: 'the snapshot that the last copy was made of is not there any more',
    hint: 'leave what is in .salvage-kit/parents beside the snapshots; the next copy is a difference again',
  }
}
