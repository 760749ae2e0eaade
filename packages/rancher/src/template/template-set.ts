import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { inOrder, readIndex } from './index-file.ts'
import type { TemplateEngine } from './engine.ts'
import type { IndexEntry } from './index-file.ts'

/** An index and its templates, read. */
export interface TemplateSet {
  readonly entries: readonly IndexEntry[]
  /** The text of a template. Throws `RANCHER.TEMPLATE` when there is none of that name, or it could not be read. */
  text(template: string): string
  /** Of files that cannot be used; the others are. */
  readonly findings: readonly Finding[]
}

/** Where index files and templates stand. */
export interface TemplateFolders {
  readonly index: string
  readonly templates: string
}

/**
 * Reads every `.yml` and `.yaml` of the index, and the templates that it names; what is wrong with them is told before
 * there is a service. Rejects with `RANCHER.INDEX` when the folder of the index cannot be read.
 */
export async function readTemplates(folders: TemplateFolders, engine: TemplateEngine): Promise<TemplateSet> {
  const findings: Finding[] = []
  const entries: IndexEntry[] = []
  for (const name of await filesOf(folders.index)) {
    try {
      entries.push(...readIndex(await readFile(join(folders.index, name), 'utf8'), name))
    } catch (error) {
      findings.push(findingOf(error))
    }
  }
  const texts = new Map<string, string>()
  for (const template of new Set(entries.map((entry) => entry.template))) {
    try {
      const text = await readFile(join(folders.templates, template), 'utf8')
      texts.set(template, text)
      engine.check(text, { name: template })
    } catch (error) {
      findings.push(findingOf(isSalvageError(error) ? error : missing(template, errorText(error))))
    }
  }
  return {
    entries: inOrder(entries),
    findings,
    text(template): string {
      const text = texts.get(template)
      if (text === undefined) throw missing(template)
      return text
    },
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  } catch (error) {
    throw new SalvageError('RANCHER.INDEX', `${folder}: this folder cannot be read`, { why: errorText(error) })
  }
}

function missing(template: string, why?: string): SalvageError {
  return new SalvageError(
    'RANCHER.TEMPLATE',
    `${template}: the template cannot be read`,
    why === undefined ? {} : { why },
  )
}
