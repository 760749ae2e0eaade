import { readDocument } from './document.ts'
import type { ConfigDocument } from './document.ts'
import { problemAt, problemsOf } from './problems.ts'
import type { ConfigProblem } from './problems.ts'
import type { Config } from './config.ts'
import { ConfigFile } from './whole-schema.ts'
import { crossProblems } from './cross-check.ts'
import { lostKeys } from './lost-keys.ts'

/** A configuration text, read: either without a fault, or all of its faults. */
export type ParsedConfig =
  | { readonly config: Config; readonly document: ConfigDocument; readonly problems: readonly [] }
  | { readonly config?: undefined; readonly problems: readonly ConfigProblem[] }

/** Reads the text of a configuration file and finds everything that is wrong with it. Never throws for what it says. */
export function parseConfig(text: string): ParsedConfig {
  const document = readDocument(text)
  // One slip of YAML brings down all that follows: what stands first is what somebody wrote.
  const inOrder = document.faults.toSorted((a, b) => a.line - b.line || a.column - b.column)
  const fault = inOrder.find(({ message }) => !message.includes(' in YAML stream')) ?? inOrder[0]
  if (fault !== undefined) return { problems: [{ ...fault, path: '', hint: 'mend the YAML first' }] }
  const lost = lostKeys(document.value, [])
  const read = ConfigFile.safeParse(document.value, { reportInput: true })
  if (lost.length > 0 || !read.success)
    return {
      problems: [
        ...lost.map((path) => ({ ...problemAt(document, path, LOST), ...document.positionOfKey(path) })),
        ...problemsOf(read.error?.issues ?? [], document),
      ],
    }
  const problems = crossProblems(read.data).map(({ path, ...problem }) => problemAt(document, path, problem))
  return problems.length > 0 ? { problems } : { config: read.data, document, problems: [] }
}

const LOST = {
  message: '"__proto__" cannot be a name',
  why: 'every object has something of this name already',
  hint: 'choose a name like nightly or off-site',
}
