import { SalvageError } from '@salvage-kit/core'
import { beatMsOf, patienceOf } from '../shell/pulse-program.ts'

/** How a quiesce script ended that failed. */
export interface QuiesceEnd {
  /** Absent when it was ended in the middle. */
  readonly code?: number
  /** Of the thaw script; absent when somebody else has thawed. */
  readonly thawed?: number
  /** The last of what both said. */
  readonly stderr: string
}

/** How something in a container is brought to rest and back, and by which name both are known there. */
export interface HoldScripts {
  /** Brings to rest. Whatever it did when it fails or is ended in the middle, `thaw` follows. */
  readonly quiesce: string
  /** Puts back, also after half a `quiesce`. Runs once for each hold; again only when it failed, or died with its process. */
  readonly thaw: string
  /** Variables of both scripts; never in argv. */
  readonly environment?: Readonly<Record<string, string>>
  /** Tells this hold from others in the container: letters, digits, `-` and `.`. */
  readonly id: string
  /** How long the pod stays held when nobody is heard any more, in milliseconds, the start of the thaw included. Default: 30 seconds. */
  readonly patienceMs?: number
  /** A directory of the container that can be written, for the marker. Default: `/tmp`. */
  readonly directory?: string
  /** What a quiesce script that fails rejects with. Default: `EXEC.QUIESCE_FAILED`. */
  readonly refused?: (end: QuiesceEnd) => SalvageError
}

const ID = /^[A-Za-z\d][A-Za-z\d.-]{0,99}$/
const PATIENCE_MS = 30_000

/** Where the marker of a hold stands in its container. */
export function markerOf({ id, directory = '/tmp' }: Pick<HoldScripts, 'id' | 'directory'>): string {
  if (!ID.test(id)) throw new SalvageError('EXEC.VALUE', `"${id}" cannot be the name of a hold`, { untouched: true })
  return `${directory}/.salvage-kit-${id}`
}

/** How the pod counts the patience of a hold, and how often this side is to be heard. */
export function timesOf({ patienceMs = PATIENCE_MS }: Pick<HoldScripts, 'patienceMs'>): {
  readonly patience: ReturnType<typeof patienceOf>
  readonly patienceMs: number
  readonly beatMs: number
} {
  const patience = patienceOf(patienceMs)
  return { patience, patienceMs, beatMs: beatMsOf(patience) }
}
