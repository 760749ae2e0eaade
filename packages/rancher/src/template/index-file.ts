import { SalvageError } from '@salvage-kit/core'
import { parse } from 'yaml'
import { z } from 'zod'

/** Says which services are dumped by which template. */
export interface IndexEntry {
  /** The key in the file: `postgresql`. */
  readonly name: string
  /** Whether it is for what a label says, or for an image; of users' files a regex that nothing anchors but itself. */
  readonly pattern: { test(text: string): boolean }
  /** The name of a file in the folder of templates. */
  readonly template: string
  /** The least goes first; entries without one stand at 100. */
  readonly priority: number
}

const Index = z.record(
  z.string(),
  z.object({
    regex: z.string().min(1),
    template: z.string().regex(/^[^/\0]+$/),
    priority: z.number().default(100),
  }),
)

/** The entries of one file. Throws `RANCHER.INDEX`. */
export function readIndex(text: string, file: string): readonly IndexEntry[] {
  let content: unknown
  try {
    content = parse(text, { logLevel: 'silent', prettyErrors: false }) ?? {}
  } catch {
    throw wrong(file, 'it is no YAML')
  }
  const { data, error } = Index.safeParse(content)
  if (data === undefined) throw wrong(file, error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', '))
  return Object.entries(data).map(([name, { regex, template, priority }]) => ({
    name,
    pattern: pattern(regex, `${file}: ${name}`),
    template,
    priority,
  }))
}

/** By priority, then by name; two of one name are two. */
export function inOrder(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  return entries.toSorted((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
}

/** What Python writes in another way than JavaScript. */
function pattern(regex: string, place: string): RegExp {
  const insensitive = regex.startsWith('(?i)')
  const text = regex
    .replace(/^\(\?i\)/, '')
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\Z', '$')
    .replaceAll('\\A', '^')
  try {
    return new RegExp(text, insensitive ? 'i' : '')
  } catch {
    throw wrong(place, 'the regex cannot be read')
  }
}

function wrong(file: string, why: string): SalvageError {
  return new SalvageError('RANCHER.INDEX', `${file}: this index cannot be used`, {
    why,
    hint: 'it is a map of names, each with "regex" and "template"',
  })
}
