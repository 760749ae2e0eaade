import { closest } from '@salvage-kit/core'
import type { z } from 'zod'
import type { ConfigDocument, Path, Position } from './document.ts'
import { knownKeys } from './json-schema.ts'

/** One thing that is wrong in a configuration file. */
export interface ConfigProblem extends Position {
  /** `tides.nightly.cron`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  readonly why?: string
  readonly hint?: string
}

/** The issues of zod as problems of the file: where each stands, in words, with a suggestion; in the file's order. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], document: ConfigDocument): readonly ConfigProblem[] {
  const problems = issues.flatMap((issue) => problemsOfIssue(issue, [], document))
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** A problem of the value at `path`. */
export function problemAt(
  document: ConfigDocument,
  path: Path,
  text: { readonly message: string; readonly why?: string; readonly hint?: string },
): ConfigProblem {
  return { ...document.positionOf(path), path: path.join('.'), ...text }
}

function problemsOfIssue(issue: z.core.$ZodIssue, above: Path, document: ConfigDocument): readonly ConfigProblem[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(document, path, key))
    case 'invalid_union':
      return branchOf(issue).flatMap((inner) => problemsOfIssue(inner, path, document))
    case 'invalid_key':
      return issue.issues.flatMap((inner) =>
        problemsOfIssue(inner, path, document).map((problem) => ({ ...problem, ...document.positionOfKey(path) })),
      )
    case 'invalid_type':
      return [problemAt(document, path, wrongType(issue, path))]
    case 'invalid_value':
      return [problemAt(document, path, wrongValue(issue))]
    case 'custom':
      return [problemAt(document, path, { message: issue.message, ...paramsOf(issue.params) })]
    case 'too_small':
      return [problemAt(document, path, tooSmall(issue))]
    case 'too_big':
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
      return [problemAt(document, path, { message: issue.message })]
  }
}

type Branch = readonly z.core.$ZodIssue[]

/** Of a choice between shapes the one that was meant: the branch that the value got furthest in. */
function branchOf(issue: z.core.$ZodIssueInvalidUnion): Branch {
  const candidates = issue.errors.filter(isOfType)
  return candidates.find(isOfKind) ?? kindProblem(candidates) ?? issue.errors[0] ?? []
}

function isOfType(branch: Branch): boolean {
  return branch.every((inner) => inner.path.length > 0 || inner.code !== 'invalid_type')
}

function isOfKind(branch: Branch): boolean {
  return branch.every((inner) => inner.path[0] !== 'kind')
}

/** No branch has this kind: one problem that names all kinds instead of one for each. */
function kindProblem(branches: readonly Branch[]): Branch | undefined {
  const wrong = branches.flatMap((branch) => branch.filter((inner) => inner.path[0] === 'kind'))
  const [first] = wrong
  if (first?.code !== 'invalid_value') return undefined
  return [{ ...first, values: wrong.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : [])) }]
}

function unknownKey(document: ConfigDocument, path: Path, key: string): ConfigProblem {
  const kind = valueAt(document.value, [...path, 'kind'])
  const known = knownKeys(path, typeof kind === 'string' ? kind : undefined).filter((one) => one !== key)
  const meant = /^(password|passphrase|secret)$/i.test(key) ? passwordKey(known) : closest(key, known)
  return {
    ...document.positionOfKey([...path, key]),
    path: [...path, key].join('.'),
    message: `unknown key ${JSON.stringify(key)}`,
    hint: meant === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`,
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null
        ? Object.entries(here).find(([key]) => key === String(step))?.[1]
        : undefined,
    value,
  )
}

/** Secrets stand in files of their own. */
function passwordKey(known: readonly string[]): string | undefined {
  return known.find((key) => key === 'passwordFile')
}

function wrongType(issue: z.core.$ZodIssueInvalidType, path: Path): { message: string } {
  const name = String(path.at(-1) ?? 'the file')
  if (issue.input === undefined) return { message: `${name} is missing` }
  return { message: `${name} must be ${article(issue.expected)}, not ${kindOf(issue.input)}` }
}

function wrongValue(issue: z.core.$ZodIssueInvalidValue): { message: string; hint?: string } {
  const allowed = issue.values.map(String)
  if (issue.input === undefined) return { message: `one of ${allowed.join(', ')} is missing` }
  const meant = typeof issue.input === 'string' ? closest(issue.input, allowed) : undefined
  return {
    message: `${JSON.stringify(issue.input)} is not one of ${allowed.join(', ')}`,
    ...(meant === undefined ? {} : { hint: `did you mean ${JSON.stringify(meant)}?` }),
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall): { message: string } {
  if (issue.origin === 'string' || issue.origin === 'array') return { message: 'it must not be empty' }
  return { message: `${String(issue.input)} is too small, it must be ${String(issue.minimum)} or more` }
}

function paramsOf(params: Readonly<Record<string, unknown>> | undefined): { why?: string; hint?: string } {
  const { why, hint } = params ?? {}
  return { ...(typeof why === 'string' ? { why } : {}), ...(typeof hint === 'string' ? { hint } : {}) }
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a map',
    record: 'a map',
    int: 'a whole number',
    boolean: 'true or false',
  }
  return words[expected] ?? `a ${expected}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value)}`
}
