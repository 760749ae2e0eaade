import type { z } from 'zod'
import { SalvageError } from '../error.ts'
import { issuesOf, issueText, pathText } from './issue.ts'
import type { PlacedIssue } from './issue.ts'
import { knownKeys } from './known-names.ts'
import { didYouMean } from './suggestion.ts'

/** What helps {@link configError} to suggest. */
export interface ConfigErrorContext {
  /** The schema that found the error: its keys are the candidates for an unknown one. */
  readonly schema?: z.ZodType
  /** What was read: a value that is not among the allowed ones is compared with them. It is never printed. */
  readonly input?: unknown
}

/**
 * Turns what zod found in a configuration into one `CONFIG.INVALID`: the first problem with its path, what was probably
 * meant, and where else something is wrong. `where` names what was read (`salvage-kit.yaml`, `label salvage.tide`).
 */
export function configError(error: z.ZodError, where: string, context: ConfigErrorContext = {}): SalvageError {
  const [first, ...others] = issuesOf(error)
  if (first === undefined) return new SalvageError('CONFIG.INVALID', `${where} is not valid`, { cause: error })
  const elsewhere = [...new Set(others.map(({ path }) => pathText(path) || 'the top'))]
  const hint = hintFor(first, context)
  return new SalvageError('CONFIG.INVALID', `${where}: ${sentence(first)}`, {
    ...(elsewhere.length === 0 ? {} : { why: `something else is wrong at ${elsewhere.join(', ')}` }),
    ...(hint === undefined ? {} : { hint }),
  })
}

function sentence({ issue, path }: PlacedIssue): string {
  const place = pathText(path)
  if (place === '') return issueText(issue)
  return issue.code === 'unrecognized_keys' ? `${issueText(issue)} in ${place}` : `${place}: ${issueText(issue)}`
}

function hintFor({ issue, path }: PlacedIssue, { schema, input }: ConfigErrorContext): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const known = schema === undefined ? [] : knownKeys(schema, path)
    const meant = issue.keys.map((key) => didYouMean(key, known)).filter((text) => text !== undefined)
    if (meant.length > 0) return meant.join(' ')
    return known.length === 0 ? undefined : `the keys here are: ${known.toSorted().join(', ')}`
  }
  const allowed = allowedTexts(issue)
  const value = valueAt(input, path)
  return typeof value === 'string' ? didYouMean(value, allowed) : undefined
}

function allowedTexts(issue: PlacedIssue['issue']): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.filter(isText)
  return 'options' in issue ? (issue.options ?? []).filter(isText) : []
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.entries(value).find(([name]) => name === String(key))?.[1]
  }
  return value
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
