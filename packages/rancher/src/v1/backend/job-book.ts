import type { Finding } from '@salvage-kit/core'
import type { DumpJob } from '../../template/dump-job.ts'
import type { TemplateEngine } from '../../template/engine.ts'
import type { IndexEntry } from '../../template/index-file.ts'
import type { TemplateSet } from '../../template/template-set.ts'
import { databaseJob } from '../database-job.ts'
import type { Database } from '../discovery/databases.ts'
import type { ChosenInstance } from '../discovery/instances.ts'
import { OWN_ENTRIES, ownJob } from '../own-job/own-job.ts'
import type { OwnImages } from '../own-job/own-job.ts'

/** What tells databases from other services, and how each kind is dumped. */
export interface JobBook {
  readonly entries: readonly IndexEntry[]
  /** Of files that cannot be used. */
  readonly findings: readonly Finding[]
  /** Whether a dump can be more than one file. */
  several(entry: IndexEntry): boolean
  /** What is run for one instance; it writes below `root`, see `targetDirectoryOf`. Throws what concerns this database alone. */
  job(database: Database, chosen: ChosenInstance, root: string): DumpJob
}

/** By the index and the templates of users. Nobody can tell before a run how many files a template makes. */
export function templateBook(engine: TemplateEngine, templates: TemplateSet): JobBook {
  return {
    entries: templates.entries,
    findings: templates.findings,
    several: () => true,
    job: (database, chosen, root) => databaseJob(database, chosen, { engine, templates, root }),
  }
}

/** By what this program knows itself. */
export function ownBook(images: OwnImages = {}): JobBook {
  return {
    entries: OWN_ENTRIES,
    findings: [],
    several: ({ template }) => template === 'elasticsearch',
    job: (database, chosen, root) => ownJob(database, chosen, { root, images }),
  }
}
