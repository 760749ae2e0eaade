import { SalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import type { SumKind } from './tally.ts'

const NUMBER = z.string().regex(/^\d+$/).transform(Number)

/** What the far shell says at the end of a script, `SALVAGE-END id exit=0 …`. */
const Report = z
  .array(z.string())
  .transform((words) => Object.fromEntries(words.map((word) => word.split('=', 2))))
  .pipe(z.object({ exit: NUMBER, through: NUMBER, tee: NUMBER, bytes: NUMBER, sum: z.string().regex(/^[\da-f]+$/) }))

/** What came here, and what was said about it. */
export interface Evidence {
  /** The end of the far shell, as the server told it. */
  readonly code: number
  readonly bytes: number
  readonly sums: readonly string[]
  /** As the far shell said before it began; undefined: it never did. */
  readonly kind: SumKind | undefined
  readonly report: readonly string[] | undefined
  readonly place: string
  readonly stderr: string
}

/** The end of the script, when both ends say the same of it. Throws `EXEC.NOT_WHOLE` when not. */
export function judge(evidence: Evidence): { readonly code: number; readonly sum: string } {
  const refuse = (why: string): SalvageError =>
    new SalvageError('EXEC.NOT_WHOLE', `what came from ${evidence.place} is not whole`, { why, retryable: true })
  if (evidence.kind === undefined || evidence.report === undefined)
    throw refuse(`the shell ended (${evidence.code}) without a word about the script. ${evidence.stderr}`.trim())
  const parsed = Report.safeParse(evidence.report)
  if (!parsed.success) throw refuse('what the shell says about the script is not understood')
  const { exit, through, tee, bytes, sum } = parsed.data
  const code = exit === 0 ? through : exit
  if (tee !== 0) throw refuse(`the output could not be passed on (${tee})`)
  if (bytes !== evidence.bytes) throw refuse(`${bytes} bytes were sent and ${evidence.bytes} came`)
  if (evidence.sums.length !== 1 || sum !== evidence.sums[0]) throw refuse('the sums of both ends differ')
  if (code !== evidence.code) throw refuse(`the script ended with ${code}, and the server says ${evidence.code}`)
  return { code, sum: `${evidence.kind}:${sum}` }
}
