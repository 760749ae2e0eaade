import { findingOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Cattle } from './client/cattle.ts'
import { Setting } from './client/schema.ts'
import type { RancherBackupSettings, ServerDatabase } from './settings/settings.ts'

/** Where Rancher's own database is, or why it is not known. Neither: it is not to be dumped. */
export interface FoundServer {
  readonly database?: ServerDatabase
  readonly finding?: Finding
}

const PREFIX = 'cattle.db.cattle.'

/**
 * What is set goes first; else what the server says of itself, which it does to keys of administrators only. When nothing
 * says it: a finding, or `RANCHER.SETTING` where the dump was asked for. `api` is absent where no address is set.
 */
export async function serverDatabase(
  { server, serverDump }: Pick<RancherBackupSettings, 'server' | 'serverDump'>,
  api: Cattle | undefined,
  { signal }: CallOptions,
): Promise<FoundServer> {
  if (serverDump === false) return {}
  if (server !== undefined) return { database: server }
  const said = api === undefined ? { why: 'no address of its API is set' } : await ofServer(api, { signal })
  if ('database' in said) return said
  const unknown = new SalvageError(
    'RANCHER.SETTING',
    "Rancher's own database is to be dumped, and where it is is not set",
    {
      why: said.why,
      hint: 'set rancher.db.host and rancher.db.password, or set module.rancher-db to false',
    },
  )
  if (serverDump === true) throw unknown
  const { why, hint } = findingOf(unknown)
  return {
    finding: {
      code: 'RANCHER.SERVER_LEFT',
      message: "Rancher's own database is not dumped: where it is is not set",
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

async function ofServer(
  api: Cattle,
  { signal }: CallOptions,
): Promise<{ readonly database: ServerDatabase } | { readonly why: string }> {
  let items: readonly Setting[]
  try {
    items = (await api.list('settings', Setting, { signal })).items
  } catch (error) {
    signal.throwIfAborted()
    return { why: findingOf(error).message }
  }
  const value = (name: string): string => items.find((one) => one.name === `${PREFIX}${name}`)?.activeValue ?? ''
  const [host, port, user, password, name] = ['mysql.host', 'mysql.port', 'username', 'password', 'mysql.name'].map(
    value,
  )
  if (!host || !port || !user || !password || !name) return { why: 'the server does not tell it to this key' }
  if (!/^\d{1,5}$/.test(port) || !/^(?:mysql|mariadb|)$/.test(value('database')))
    return { why: 'what the server says of it is no MySQL' }
  return { database: { host, port: Number(port), user, password: () => password, name } }
}
