import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What rancher-backup did, recorded, and its own index and templates: they are read where they are and are no part of
 * this project. `SALVAGE_FACTS` says where; by default they stand beside the checkout.
 */
const folder = join(
  process.env['SALVAGE_FACTS'] ?? fileURLToPath(new URL('../../../../../shared/facts', import.meta.url)),
  'rancher',
)

/** Why tests that need them are skipped; undefined when they are there. */
export const noFacts: string | undefined = existsSync(folder)
  ? undefined
  : `the records of rancher-backup are not there; SALVAGE_FACTS names their folder (looked in ${folder})`

/** The path of a file of the facts. */
export function factPath(name: string): string {
  return join(folder, name)
}

/** The text of a file of the facts. */
export function fact(name: string): string {
  return readFileSync(factPath(name), 'utf8')
}
