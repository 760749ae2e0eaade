import type { Config } from './config.ts'
import { crossProblems } from './cross-check.ts'
import { readDocument } from './document.ts'
import { lostKeys } from './lost-keys.ts'
import type { ParsedConfig } from './parse-config.ts'
import { configFile } from './schema.ts'

/**
 * The same as `parseConfig`, of which nothing is loaded while a configuration is good and names no store of a rare kind:
 * every command waits for this.
 */
export async function readConfig(text: string): Promise<ParsedConfig> {
  const document = readDocument(text)
  const config = document.faults.length > 0 ? undefined : usualConfig(document.value)
  if (config !== undefined) return { config, document, problems: [] }
  const { parseConfig } = await import('./parse-config.ts')
  return parseConfig(text)
}

/** Undefined also where the whole schema finds nothing wrong. */
function usualConfig(value: unknown): Config | undefined {
  if (lostKeys(value, []).length > 0) return undefined
  const { data } = configFile([]).safeParse(value)
  return data === undefined || crossProblems(data).length > 0 ? undefined : data
}
