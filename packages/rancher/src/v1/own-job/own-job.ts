import { engineNamed, recipeOf } from '@salvage-kit/dump'
import type { DumpJob } from '../../template/dump-job.ts'
import type { IndexEntry } from '../../template/index-file.ts'
import type { Database } from '../discovery/databases.ts'
import type { ChosenInstance } from '../discovery/instances.ts'
import { targetDirectoryOf } from '../target-directory.ts'
import { elasticsearchJob } from './elasticsearch.ts'
import { mongodbJob } from './mongodb.ts'
import { mysqlJob } from './mysql.ts'
import { postgresJob } from './postgres.ts'

/** Images in the place of the service's own. */
export interface OwnImages {
  /** Of a program that the server's image does not have. Default: `elasticdump/elasticsearch-dump`. */
  readonly elasticdump?: string
}

/** What a job of this program's own is made of. */
export interface OwnJobPlace {
  /** Variables of the service. Secrets are among them. */
  readonly env: Readonly<Record<string, string>>
  readonly address: string
  /** With the client that is of the server's version. */
  readonly image: string
  readonly targetDirectory: string
  readonly images: OwnImages
}

const JOBS: Readonly<Record<string, (place: OwnJobPlace) => DumpJob>> = {
  postgres: postgresJob,
  mariadb: mysqlJob,
  mysql: mysqlJob,
  mongodb: mongodbJob,
  elasticsearch: elasticsearchJob,
}

/** Kinds of database that are dumped without any template, by label `backup.type` or by image; as the recipes tell them apart. */
export const OWN_ENTRIES: readonly IndexEntry[] = Object.keys(JOBS).map((name) => ({
  name,
  pattern: { test: (text) => (engineNamed(text) ?? recipeOf({ image: text }))?.name === name },
  template: name,
  priority: 100,
}))

/** What is run to dump one instance. Throws `RANCHER.NAME`, `RANCHER.NO_PASSWORD`. */
export function ownJob(
  { place, entry, image, environment }: Database,
  chosen: ChosenInstance,
  { root, images }: { readonly root: string; readonly images: OwnImages },
): DumpJob {
  const job = JOBS[entry.template]
  if (job === undefined) throw new Error(`there is no job of our own for ${entry.template}`)
  const targetDirectory = targetDirectoryOf(root, place, chosen)
  return job({ env: environment, address: chosen.instance.address, image, targetDirectory, images })
}
