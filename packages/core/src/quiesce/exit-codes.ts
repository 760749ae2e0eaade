import { SalvageError } from '../error.ts'

/** Codes from `first` to `last`, both included. */
export interface CodeRange {
  readonly first: number
  readonly last: number
}

/** Which exit codes of a hook are good. Plain data, so it can stand in tokens and plans. */
export type ExitCodeRule =
  | { readonly kind: 'any' }
  | { readonly kind: 'accept'; readonly codes: readonly CodeRange[] }
  | { readonly kind: 'reject'; readonly codes: readonly CodeRange[] }

/** 126: not executable, 127: not found, 128 and the number of a signal: killed. */
const NOT_RUN = 126

/** The rule where none is given: 0 and nothing else is good. */
const ZERO_ONLY: ExitCodeRule = { kind: 'accept', codes: [{ first: 0, last: 0 }] }

/**
 * Reads what a label or a setting says of exit codes:
 *
 * - `ignore`: every code is good;
 * - `fail` or `stop`: only 0 is good;
 * - `1,3-5`: these codes stop the backup, every other is good. A list with 0 in it is refused: some read such a list as
 *   the codes that are good, and the two readings differ most where it hurts most;
 * - `accept:0,2`: exactly these are good; `reject:1,3-5`: these are not, and every other is.
 *
 * Codes from 126 up say that the command could not be run or was killed. Under a list of bad codes they are bad whether
 * it names them or not: nothing came to rest.
 *
 * White space in a list means nothing, a range may stand the wrong way round, numbers may be negative and are 64 bits
 * wide. Throws `LABEL.EXIT_CODES`.
 */
export function parseExitCodes(text: string): ExitCodeRule {
  if (text === 'ignore') return { kind: 'any' }
  if (text === 'fail' || text === 'stop') return ZERO_ONLY
  if (text.startsWith('accept:')) return { kind: 'accept', codes: codeList(text, text.slice('accept:'.length)) }
  if (text.startsWith('reject:')) return { kind: 'reject', codes: codeList(text, text.slice('reject:'.length)) }
  const codes = codeList(text, text)
  if (covers(codes, 0)) throw ambiguous(text)
  return { kind: 'reject', codes }
}

/** Whether a hook that ended with `code` did well. */
export function accepts(rule: ExitCodeRule, code: number): boolean {
  switch (rule.kind) {
    case 'any':
      return true
    case 'accept':
      return covers(rule.codes, code)
    case 'reject':
      return code < NOT_RUN && !covers(rule.codes, code)
  }
}

function covers(codes: readonly CodeRange[], code: number): boolean {
  return codes.some(({ first, last }) => first <= code && code <= last)
}

function codeList(text: string, list: string): readonly CodeRange[] {
  const parts = list.replaceAll(/\s/g, '').replace(/,+$/, '').split(',')
  return parts.map((part) => codeRange(text, part))
}

function codeRange(text: string, part: string): CodeRange {
  if (part === '') throw invalid(text, 'it names no code, or there is nothing between two commas')
  const [, first, last] = /^(-?\d+)(?:-(-?\d+))?$/.exec(part) ?? []
  if (first === undefined) throw invalid(text, `${JSON.stringify(part)} is neither a number nor a range`)
  const a = codeNumber(text, first)
  const b = last === undefined ? a : codeNumber(text, last)
  return a <= b ? { first: a, last: b } : { first: b, last: a }
}

/** Rounds beyond 2^53; no program ends with such a code, and rounding keeps the order. */
function codeNumber(text: string, digits: string): number {
  const value = BigInt(digits)
  if (BigInt.asIntN(64, value) !== value) throw invalid(text, `${digits} does not fit into 64 bits`)
  return Number(value)
}

function invalid(text: string, why: string): SalvageError {
  return new SalvageError('LABEL.EXIT_CODES', `${JSON.stringify(text)} does not say which exit codes are good`, {
    why,
    hint: 'write ignore, fail, accept:0,2 (only these are good) or reject:1,3-5 (only these are not)',
  })
}

function ambiguous(text: string): SalvageError {
  const list = text.replaceAll(/\s/g, '').replace(/,+$/, '')
  return new SalvageError('LABEL.EXIT_CODES', `the exit codes ${JSON.stringify(text)} are ambiguous`, {
    why: 'a bare list names the codes that stop the backup, and this one names 0, the code of success',
    hint: `write accept:${list} when these are the good codes, reject:${list} when they are not`,
  })
}
