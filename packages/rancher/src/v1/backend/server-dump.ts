import { posix } from 'node:path'
import type { CallOptions, DumpCall, TargetRef } from '@salvage-kit/core'
import { mysqlDumpJob } from '../own-job/mysql.ts'
import { serverDatabase } from '../server-database.ts'
import { changed } from './changed.ts'
import type { RancherFile } from './item.ts'
import type { RancherTools } from './open-rancher.ts'
import { proven } from './proven.ts'
import type { ServerToken } from './token.ts'

const IMAGE = 'mariadb:10.11'
const UNSET = { serverDump: 'when known' } as const

/** `rancher-db:NAME`. */
export function serverRef(name: string): TargetRef {
  return `rancher-db:${name}`
}

/** Where Rancher's own database is, as settings and server say it now; see {@link serverDatabase}. */
export async function serverOf(
  { server = UNSET, api }: RancherTools,
  options: CallOptions,
): ReturnType<typeof serverDatabase> {
  return serverDatabase(server, api, options)
}

/** Rancher's own database, whole. */
export async function* serverDump(
  tools: RancherTools,
  { ref }: ServerToken,
  { signal, runId }: DumpCall,
): AsyncGenerator<RancherFile, void> {
  const { jobs, serverImage: image = IMAGE, root, limitMs } = tools
  const { database } = await serverOf(tools, { signal })
  if (database === undefined || serverRef(database.name) !== ref)
    throw changed(ref, 'where it is is not known any more')
  const { host, port, user, password, name } = database
  const job = mysqlDumpJob({ image, host, port, user, password: password(), database: name })
  const run = {
    targetDirectory: posix.join(root, 'rancher/database'),
    signal,
    ...(runId === undefined ? {} : { runId }),
    ...(limitMs === undefined ? {} : { limitMs }),
  }
  for await (const file of jobs.run(job, run)) yield { ...proven(file), file: file.name }
}
