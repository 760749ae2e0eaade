import { SalvageError } from '@salvage-kit/core'
import type { JobBook, RancherOptions } from '@salvage-kit/rancher'
import type { CattleEntry } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { authorities } from '../rig/authorities.ts'
import { jobPort } from './job-port.ts'
import { readKey, serverPassword } from './read-key.ts'

/**
 * What the section `cattle` and the variables `CATTLE_…` say, with a client that `closing` ends. Calls nobody yet. Rejects with
 * `PREFLIGHT.CATTLE` when nothing says where the server is, and for files that cannot be read; with `RANCHER.ADDRESS`.
 */
export async function cattleOptions(loaded: LoadedConfig, closing: AsyncDisposableStack): Promise<RancherOptions> {
  const { config, environment = process.env, placeOf } = loaded
  const entry = config.cattle ?? {}
  if (entry.enabled === false)
    throw new SalvageError('PREFLIGHT.CATTLE', 'Rancher is switched off', {
      why: `${placeOf(['cattle', 'enabled'])} says enabled: false`,
      hint: 'take that line away',
    })
  const url = entry.url ?? environment['CATTLE_URL'] ?? ''
  if (url === '' && (entry.server === undefined || entry.server === false))
    throw new SalvageError('PREFLIGHT.CATTLE', 'nothing says where the Rancher 1.6 server is', {
      hint: 'set cattle.url in the configuration, or CATTLE_URL; for a cluster of Rancher 2 see rancher: and k8s: targets',
    })
  const { cattle, cattleAddress, USUAL_PATIENCE } = await import('@salvage-kit/rancher')
  const key = await readKey(entry, environment)
  const ca = entry.caFile === undefined ? undefined : await authorities(entry.caFile, 'cattle.caFile')
  const given = {
    patience: USUAL_PATIENCE,
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  }
  const { allowHttp, instances, environments, databases, stacks, jobs = {} } = entry
  return {
    ...(url === '' ? {} : { api: closing.use(cattle(cattleAddress(url), given)) }),
    jobs: jobPort(loaded, jobs),
    book: () => bookOf(entry),
    server: await serverOf(entry, environment),
    ...(databases === undefined ? {} : { databases }),
    ...(stacks === undefined ? {} : { stacks }),
    ...(allowHttp === undefined ? {} : { allowHttp }),
    ...(environments === undefined ? {} : { environments }),
    ...(instances === undefined ? {} : { instances }),
    ...(jobs.timeout === undefined ? {} : { limitMs: jobs.timeout }),
    ...(entry.server === undefined || entry.server === false || entry.server.image === undefined
      ? {}
      : { serverImage: entry.server.image }),
  }
}

/** By the templates of the configuration, or by what the program knows itself. Rejects with `RANCHER.INDEX`. */
export async function bookOf({ index, templates }: CattleEntry): Promise<JobBook> {
  const { jinja, ownBook, readTemplates, templateBook } = await import('@salvage-kit/rancher')
  if (index === undefined || templates === undefined) return ownBook()
  const engine = await jinja()
  return templateBook(engine, await readTemplates({ index, templates }, engine))
}

async function serverOf(
  { server }: CattleEntry,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<NonNullable<RancherOptions['server']>> {
  if (server === false) return { serverDump: false }
  if (server === undefined) return { serverDump: 'when known' }
  const password = await serverPassword(server, environment)
  const { host, port = 3306, user = 'cattle', database: name = 'cattle' } = server
  return { serverDump: true, server: { host, port, user, password: () => password, name } }
}
