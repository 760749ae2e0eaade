import { renderBound } from '../template/bind.ts'
import { dumpJob } from '../template/dump-job.ts'
import type { DumpJob } from '../template/dump-job.ts'
import type { TemplateEngine } from '../template/engine.ts'
import type { TemplateSet } from '../template/template-set.ts'
import type { Database } from './discovery/databases.ts'
import type { ChosenInstance } from './discovery/instances.ts'
import { targetDirectoryOf } from './target-directory.ts'

/** What a database's job is made with. */
export interface JobTools {
  readonly engine: TemplateEngine
  readonly templates: TemplateSet
  /** Absolute: `dump/STACK/SERVICE` below it is the template's `target_dir`. */
  readonly root: string
}

/**
 * What is run to dump one instance of a database, by its template. Throws `RANCHER.NAME`, `RANCHER.TEMPLATE` and
 * `RANCHER.TEMPLATE_VALUE`, which concern this database alone.
 */
export function databaseJob(
  { place, entry, image, environment, labels }: Database,
  chosen: ChosenInstance,
  { engine, templates, root }: JobTools,
): DumpJob {
  const { stack, service } = place
  const { instance } = chosen
  const targetDirectory = targetDirectoryOf(root, place, chosen)
  const bound = renderBound(
    engine,
    templates.text(entry.template),
    {
      env: environment,
      ip: instance.address,
      target_dir: targetDirectory,
      stack,
      service,
      instance: instance.name,
      image,
      labels,
    },
    { name: entry.template },
  )
  return dumpJob(bound, { name: entry.template, image, targetDirectory })
}
