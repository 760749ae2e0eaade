import type { CallOptions, DumpCall } from '@salvage-kit/core'
import { databases } from '../discovery/databases.ts'
import type { Database } from '../discovery/databases.ts'
import { chosenInstances } from '../discovery/instances.ts'
import type { ChosenInstance } from '../discovery/instances.ts'
import { targetDirectoryOf } from '../target-directory.ts'
import { changed } from './changed.ts'
import type { JobBook } from './job-book.ts'
import type { RancherFile } from './item.ts'
import type { RancherTools } from './open-rancher.ts'
import { proven } from './proven.ts'
import { secretsOf } from './secrets-of.ts'
import type { DatabaseToken } from './token.ts'

/** Runs the job of each chosen container, made of what the service is now. */
export async function* databaseDump(
  tools: RancherTools,
  token: DatabaseToken,
  { signal, runId }: DumpCall,
): AsyncGenerator<RancherFile, void> {
  const { root, jobs, limitMs } = tools
  const book = await tools.readBook()
  const { database, chosen } = await same(tools, token, book, { signal })
  for (const one of chosen) {
    const { folder } = one
    const files = jobs.run(book.job(database, one, root), {
      targetDirectory: targetDirectoryOf(root, database.place, one),
      secrets: secretsOf(database.environment),
      signal,
      ...(runId === undefined ? {} : { runId }),
      ...(limitMs === undefined ? {} : { limitMs }),
    })
    for await (const file of files)
      yield {
        ...proven(file),
        name: folder === undefined ? file.name : `${folder}.${file.name}`,
        file: file.name,
        ...(folder === undefined ? {} : { instance: folder }),
      }
  }
}

/** Rejects with `RANCHER.CHANGED`. */
async function same(
  { reader, instances = 'first' }: RancherTools,
  { ref, environment, entry, instances: ids }: DatabaseToken,
  book: JobBook,
  { signal }: CallOptions,
): Promise<{ readonly database: Database; readonly chosen: readonly ChosenInstance[] }> {
  if (reader === undefined) throw changed(ref, 'no address of an API is set any more')
  const found = databases(environment, await reader.lately(environment, { signal }), book.entries)
  const database = found.databases.find((one) => one.ref === ref)
  if (database === undefined) {
    const problem = found.problems.find(({ target }) => target === ref)
    throw changed(ref, problem?.message ?? 'Rancher has no such database any more')
  }
  if (database.entry.name !== entry) throw changed(ref, `it is a ${database.entry.name} now, and was a ${entry}`)
  const chosen = chosenInstances(database, instances)
  if (chosen.map(({ instance }) => instance.id).join() !== ids.join())
    throw changed(ref, 'other containers run for it now')
  return { database, chosen }
}
