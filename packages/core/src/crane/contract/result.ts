import type { z } from 'zod'
import { SalvageError } from '../../error.ts'
import type { Finding } from '../../finding.ts'
import type { Reference } from '../../target/reference.ts'
import type { RestorePoint } from '../restore-point.ts'
import { archiveLine, resultFile } from './schema.ts'
import type { ArchiveLine, ResultFile } from './schema.ts'

/** A file that a crane of version 2 writes into `/salvage/result`. */
export type CraneFile = 'result.json' | 'archives.jsonl'

/** How many bytes of it are read at most. */
export const CRANE_FILE_BYTES: Readonly<Record<CraneFile, number>> = {
  'result.json': 2 ** 20,
  'archives.jsonl': 64 * 2 ** 20,
}

const MOST_FINDINGS = 100
const TEXT_LENGTH = 500

/** Takes secrets out of a text. */
export type Clean = (text: string) => string

/** What a crane says of the archive that it made. */
export interface LiftResult extends Omit<ResultFile, 'findings'> {
  readonly findings: readonly Finding[]
}

/** Reads `result.json`; `what` names the lift. Throws `CRANE.RESULT`. */
export function readLiftResult(
  text: string,
  { what, clean }: { readonly what: string; readonly clean: Clean },
): LiftResult {
  const { data, error } = resultFile.safeParse(json(text))
  if (data === undefined) throw unusableResult(what, 'result.json', reasonOf(error))
  return { ...data, findings: data.findings.slice(0, MOST_FINDINGS).map((one) => finding(one, clean)) }
}

/**
 * Reads `archives.jsonl`: newest last, without those of warm lifts. A line that cannot be understood goes to `onProblem`, and
 * so does an id of several lines, which stands for none of them then.
 */
export function readArchiveLines(
  text: string,
  { store, onProblem }: { readonly store: Reference; readonly onProblem?: ((finding: Finding) => void) | undefined },
): readonly RestorePoint[] {
  const points: RestorePoint[] = []
  const twice = new Set<string>()
  const seen = new Set<string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const { data, error } = archiveLine.safeParse(json(line))
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

/** The error of a crane that did not say what it has to say; `what` names the action. */
export function unusableResult(what: string, name: CraneFile, why: string): SalvageError {
  return new SalvageError('CRANE.RESULT', `${what} ended well and gave no usable ${name}`, {
    why,
    hint: 'the crane image is at fault: its contract says what stands in /salvage/result',
  })
}

function pointOf(line: ArchiveLine, store: Reference): RestorePoint {
  const { liftId: _liftId, warm: _warm, ...rest } = line
  return { kind: 'archive', store, ...rest }
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
