import { SalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import type { ExecEnd, ExecRequest } from '../../client/exec-session.ts'
import { lost, placeOf } from './lost.ts'

const Status = z.object({
  status: z.enum(['Success', 'Failure']),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional() })).optional(),
    })
    .optional(),
})

const EXIT_CODE = /^\d{1,3}$/
const LONGEST_WHY = 1000

/**
 * What the server says about the end of a program. A failure without an exit code is `EXEC.FAILED`, since it was never run
 * or nobody knows how it ended; what is not understood at all is `EXEC.LOST`. Neither is ever taken for success.
 */
export function readStatus(text: string, request: ExecRequest): ExecEnd | SalvageError {
  const parsed = Status.safeParse(jsonOf(text))
  if (!parsed.success) return lost(request, 'the server told the end of the program in words that are not understood')
  const { status, reason, message, details } = parsed.data
  if (status === 'Success') return { code: 0 }
  const cause = details?.causes?.find((each) => each.reason === 'ExitCode')?.message ?? ''
  if (reason === 'NonZeroExitCode' && EXIT_CODE.test(cause)) return { code: Number(cause) }
  return new SalvageError('EXEC.FAILED', `the program could not be run in ${placeOf(request)}`, {
    why: (message ?? reason ?? 'the server did not say why').slice(0, LONGEST_WHY),
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
