import type { z } from 'zod'

/** One thing that zod found wrong. */
export type Issue = z.core.$ZodIssue

/** An issue and where it is, from the top of what was read. */
export interface PlacedIssue {
  readonly issue: Issue
  readonly path: readonly PropertyKey[]
}

/**
 * Everything that is wrong, unknown keys first: a misspelt key often makes a second issue, the missing one, and the
 * first explains both. Of a union only the alternative that came nearest is told.
 */
export function issuesOf(error: z.ZodError): readonly PlacedIssue[] {
  const placed = error.issues.flatMap((issue) => place(issue, []))
  return [...placed.filter(isUnknownKey), ...placed.filter((one) => !isUnknownKey(one))]
}

/** `tides.daily.keep`, `targets[2]`, `["a.b"].c`; empty for the top. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${String(key)}]`
    else if (typeof key === 'string' && /^[\w-]+$/.test(key)) text += text === '' ? key : `.${key}`
    else text += `[${JSON.stringify(String(key))}]`
  }
  return text
}

/** What is wrong, in words that do not repeat the value: it may be a secret. */
export function issueText(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'is missing' : lowered(issue.message)
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_union': {
      const expected = issue.errors.flatMap((branch) =>
        branch.flatMap((inner) => ('expected' in inner ? inner.expected : [])),
      )
      return expected.length === 0 ? lowered(issue.message) : `must be ${[...new Set(expected)].join(' or ')}`
    }
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return lowered(issue.message)
  }
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/^nvalid input: /, 'nvalid: ')
}

function isUnknownKey({ issue }: PlacedIssue): boolean {
  return issue.code === 'unrecognized_keys'
}

function place(issue: Issue, outer: readonly PropertyKey[]): readonly PlacedIssue[] {
  const path = [...outer, ...issue.path]
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
    return issue.issues.flatMap((inner) => place(inner, path))
  if (issue.code !== 'invalid_union') return [{ issue, path }]
  const nearest = issue.errors.filter((branch) => !isOtherKind(branch)).toSorted((a, b) => a.length - b.length)[0]
  return nearest === undefined ? [{ issue, path }] : nearest.flatMap((inner) => place(inner, path))
}

/** Whether the value is something else altogether than this alternative of a union: text where an object is due. */
function isOtherKind(branch: readonly Issue[]): boolean {
  return branch.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0)
}
