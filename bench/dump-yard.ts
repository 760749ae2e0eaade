// A server of PostgreSQL with a database whose dump is of about so many megabytes, on an engine of its own.
import type { Dockerd } from '@salvage-kit/testbed'
import { docker, privateDockerd } from '@salvage-kit/testbed'

/** How the dump comes: as it is, or compressed by `pg_dump` as the recipe asks for without a setting. */
export type Kind = 'plain' | 'compressed'

/** A database to be dumped. */
export interface DumpYard extends AsyncDisposable {
  readonly host: string
  readonly container: string
  /** What `docker` is given to dump it by hand. */
  readonly bare: string
}

const IMAGE = 'salvage-test/postgres'
const CONTAINER = 'bench-dump'
const LOOKS = 300

/** Rows that `pg_dump -Z0` writes as some 190 bytes which compress to a third; and such as gzip makes no less than three quarters of. */
const ROWS: Readonly<Record<Kind, { readonly bytes: number; readonly columns: string }>> = {
  plain: {
    bytes: 191,
    columns: `md5(g::text) || md5((g * 7)::text) a, 'request ' || g || ' took ' || g % 977 || ' ms for /api/v1/items/' || g % 4099 b,
      now() + g * interval '1 second' c, md5((g * 3)::text) d`,
  },
  compressed: {
    bytes: 146,
    columns: `encode(sha512(g::text::bytea), 'base64') a, encode(sha512(('x' || g)::bytea), 'base64') b`,
  },
}

/** Makes one; it takes a minute for each 2 GB. */
export async function dumpYard(kind: Kind, megabytes: number): Promise<DumpYard> {
  const engine: Dockerd = await privateDockerd([IMAGE])
  try {
    const cli = async (...args: string[]): Promise<string> => docker(engine.host, args)
    const sql = async (text: string): Promise<string> =>
      cli('exec', CONTAINER, 'psql', '-XAtq', '-d', 'postgres', '-c', text)
    const args = kind === 'plain' ? '-Z0' : ''
    const labels = { 'salvage.dump': 'postgres', 'salvage.dump.database': 'postgres', 'salvage.dump.args': args }
    const labelled = Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`)
    await cli('run', '--detach', '--network=none', `--name=${CONTAINER}`, ...labelled, IMAGE)
    for (let left = LOOKS; ; left -= 1) {
      const answer = await sql('SELECT 1').catch((error: unknown) => error)
      if (typeof answer === 'string') break
      if (left === 0) throw answer
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const { bytes, columns } = ROWS[kind]
    const rows = Math.ceil((megabytes * 1e6) / bytes)
    await sql(`CREATE UNLOGGED TABLE t AS SELECT g id, ${columns} FROM generate_series(1, ${String(rows)}) g`)
    await sql('VACUUM ANALYZE t')
    const bare = `docker --host ${engine.host} exec ${CONTAINER} pg_dump -Fc ${args} postgres`
    return { host: engine.host, container: CONTAINER, bare, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() }
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}
