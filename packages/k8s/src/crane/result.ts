import type { Finding, Reference, RestorePoint } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import { told } from './teller.ts'
import type { ResultName } from './teller.ts'

const RESULT_BYTES = 2 ** 20
const LIST_BYTES = 64 * 2 ** 20
const MOST_FINDINGS = 100
const TEXT_LENGTH = 500

/** It goes into environments, and into files of one id a line. */
const Id = z.string().regex(/^[^\s\p{C}]{1,500}$/u, 'an id has 1 to 500 printable characters and no blanks')
const Count = z.int().nonnegative()
const sizes = { bytes: Count.exactOptional(), storedBytes: Count.exactOptional(), files: Count.exactOptional() }
const TargetReference = z.custom<Reference>(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9-]*:[^\p{Cc}]+$/u.test(value),
  'a target is SCHEME:VALUE',
)
const Time = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString())

const Result = z.object({
  id: Id,
  ...sizes,
  findings: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
})

const Line = z.object({
  id: Id,
  liftId: z.string().exactOptional(),
  runId: z.string().exactOptional(),
  target: TargetReference,
  machine: z.string().exactOptional(),
  takenAt: Time,
  state: z.enum(['good', 'partial']),
  warm: z.boolean().exactOptional(),
  ...sizes,
})

/** What a crane says of the archive that it made. */
export interface LiftResult {
  readonly id: string
  readonly bytes?: number
  readonly storedBytes?: number
  readonly files?: number
  readonly findings: readonly Finding[]
}

/** Takes secrets out of a text. */
export type Clean = (text: string) => string

/** Reads what a lift says of itself out of what was told; `what` names it. Throws `CRANE.RESULT`. */
export function readLiftResult(
  lines: readonly string[],
  { what, clean }: { readonly what: string; readonly clean: Clean },
): LiftResult {
  const parsed = Result.safeParse(json(read(lines, 'result.json', RESULT_BYTES, what)))
  if (!parsed.success) throw wrong(what, 'result.json', reasonOf(parsed.error))
  return { ...parsed.data, findings: parsed.data.findings.slice(0, MOST_FINDINGS).map((one) => finding(one, clean)) }
}

/**
 * Reads a list of archives, newest last, without those of warm lifts. A line that cannot be understood goes to `onProblem`,
 * and so does an id of several lines, which stands for none of them then. Throws `CRANE.RESULT`.
 */
export function readArchives(
  lines: readonly string[],
  options: {
    readonly what: string
    readonly store: Reference
    readonly onProblem?: ((finding: Finding) => void) | undefined
  },
): readonly RestorePoint[] {
  const { what, store, onProblem } = options
  const text = read(lines, 'archives.jsonl', LIST_BYTES, what)
  const points: RestorePoint[] = []
  const twice = new Set<string>()
  const seen = new Set<string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const { data, error } = Line.safeParse(json(line))
    if (data === undefined)
      onProblem?.({
        code: 'CRANE.RESULT',
        message: `line ${String(index + 1)} of the list of ${store} cannot be understood`,
        why: reasonOf(error),
        hint: 'the crane image is at fault: tell its author',
      })
    else {
      if (seen.has(data.id)) twice.add(data.id)
      seen.add(data.id)
      if (data.warm !== true) points.push(pointOf(data, store))
    }
  }
  for (const id of twice)
    onProblem?.({
      code: 'CRANE.RESULT',
      message: `the archive ${id} stands more than once in the list of ${store}, and is left out`,
      why: 'to forget one of them would be to forget all of them',
      hint: 'the crane image is at fault: tell its author',
    })
  return points.filter(({ id }) => !twice.has(id)).toSorted((a, b) => a.takenAt.localeCompare(b.takenAt))
}

function pointOf(line: z.infer<typeof Line>, store: Reference): RestorePoint {
  const { liftId: _liftId, warm: _warm, ...rest } = line
  return { kind: 'archive', store, ...rest }
}

function read(lines: readonly string[], name: ResultName, limitBytes: number, what: string): string {
  const content = told(lines, name, limitBytes)
  if (typeof content === 'string') return content
  throw wrong(what, name, content.why)
}

function finding({ code, message }: Finding, clean: Clean): Finding {
  const plain = clean(message)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, TEXT_LENGTH)
  return { code: /^[A-Z0-9]+(\.[A-Z0-9_]+)*$/.test(code) ? code : 'CRANE.SAID', message: plain }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues
  return issue === undefined || issue.path.length === 0
    ? 'it is no JSON object'
    : `${issue.path.join('.')}: ${issue.message}`
}

function wrong(what: string, name: string, why: string): SalvageError {
  return new SalvageError('CRANE.RESULT', `${what} ended well and gave no usable ${name}`, {
    why,
    hint: 'the crane image is at fault: its contract says what stands in /salvage/result',
  })
}
