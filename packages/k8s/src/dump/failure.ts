import type { SalvageError } from '@salvage-kit/core'
import { dumpFailure } from '@salvage-kit/dump'
import { placeOf } from '../exec/session/lost.ts'
import type { DumpPlace } from './recipe.ts'

/** What of a failed program is told besides where it ran. */
export interface FailureInPod {
  readonly reason: string | undefined
  readonly about?: string | undefined
  readonly stderr?: string
}

/** The error for what a program in a container ended with. */
export function failureInPod({ where, recipe }: DumpPlace, failure: FailureInPod): SalvageError {
  return dumpFailure({ what: `${recipe.database} in ${placeOf(where)}`, ...failure })
}
