import { randomBytes } from 'node:crypto'
import { docker, engineAddress } from '@salvage-kit/testbed'
import { expect, vi } from 'vitest'

/** The image of each kind, as services of Rancher name it. */
export const IMAGES = { postgres: 'salvage-test/postgres', mariadb: 'salvage-test/mariadb' } as const

const LABEL = 'salvage-test-cattle'

/** A database of a service: with a user and a password of its own, and rows that no other has. */
export interface ServedDatabase {
  readonly kind: keyof typeof IMAGES
  readonly address: string
  readonly name: string
  readonly user: string
  readonly password: string
}

/** Real servers on the engine of the tests, one of each kind, with many databases. */
export interface Databases extends AsyncDisposable {
  readonly all: readonly ServedDatabase[]
  /** Loads SQL into a new database, and asks it. */
  loaded(kind: ServedDatabase['kind'], dump: string, query: string): Promise<string>
}

/** What every password holds: what a shell, a template, a URL and a configuration file would make something else of. */
const HOSTILE = `p'a"$x\`y\\: #%`

const cli = async (...args: readonly string[]): Promise<string> => (await docker(engineAddress(), args)).trim()

/** Starts them. Each database has a table `t` with one row, its own name. */
export async function startDatabases(names: readonly string[]): Promise<Databases> {
  const prefix = `cattle-${randomBytes(4).toString('hex')}`
  const container = (kind: string): string => `${prefix}-${kind}`
  const inside = async (kind: string, script: string, ...args: readonly string[]): Promise<string> =>
    cli('exec', container(kind), 'sh', '-euc', script, 'sh', ...args)
  const psql = 'psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "$2"'
  const mysql = 'mariadb --batch --skip-column-names --user=root --database="$1" -e "$2"'
  await using starting = new AsyncDisposableStack()
  for (const [kind, image] of Object.entries(IMAGES)) {
    await cli('run', '--detach', `--name=${container(kind)}`, `--label=${LABEL}`, image)
    starting.defer(async () => void (await cli('rm', '--force', '--volumes', container(kind))))
  }
  const ready = { timeout: 60_000, interval: 200 }
  await vi.waitFor(async () => expect(await inside('postgres', psql, 'postgres', 'select 1')).toBe('1'), ready)
  await vi.waitFor(async () => expect(await inside('mariadb', mysql, 'app', 'select 1')).toBe('1'), ready)
  const address = async (kind: string): Promise<string> =>
    cli('inspect', '--format={{.NetworkSettings.IPAddress}}', container(kind))
  const places = { postgres: await address('postgres'), mariadb: await address('mariadb') }
  const all = names.map((name, at): ServedDatabase => {
    const kind = at % 2 === 0 ? 'postgres' : 'mariadb'
    return { kind, address: places[kind], name, user: `u_${name}`, password: `${HOSTILE}${name}` }
  })
  const pg = all.filter(({ kind }) => kind === 'postgres')
  // A database cannot be made in a transaction, so not beside other commands of one text.
  const script = pg
    .flatMap(({ name, user, password }) => [
      `create role ${user} login password ${quoted(password)};`,
      `create database ${name} owner ${user};`,
      `\\connect ${name} ${user}`,
      `create table t as select ${quoted(name)} as x;`,
      `\\connect postgres postgres`,
    ])
    .join('\n')
  await inside('postgres', 'printf "%s\\n" "$1" | psql -XAtq -v ON_ERROR_STOP=1 -d postgres', script)
  // From here on passwords count.
  await inside(
    'postgres',
    'sed -i "s/^host all all all trust/host all all all scram-sha-256/" /var/lib/postgresql/data/pg_hba.conf',
  )
  await inside('postgres', psql, 'postgres', 'select pg_reload_conf()')
  const my = all
    .filter(({ kind }) => kind === 'mariadb')
    .map(
      ({ name, user, password }) =>
        `create database ${name}; create user ${user} identified by ${quoted(password.replaceAll('\\', '\\\\'))};` +
        `grant all on ${name}.* to ${user}; create table ${name}.t as select ${quoted(name)} as x;`,
    )
  await inside('mariadb', 'printf "%s\\n" "$1" | mariadb --user=root', my.join('\n'))
  const kept = starting.move()
  let loads = 0
  return {
    all,
    async loaded(kind, dump, query) {
      loads += 1
      const name = `loaded_${String(loads)}`
      const load = 'printf "%s" "$2" >/tmp/dump.sql; '
      if (kind === 'postgres')
        return inside(
          'postgres',
          `${load} createdb "$1"; psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f /tmp/dump.sql >/dev/null; psql -XAtq -d "$1" -c "$3"`,
          name,
          dump,
          query,
        )
      return inside(
        'mariadb',
        `${load} mariadb --user=root -e "create database $1"; mariadb --user=root "$1" </tmp/dump.sql; mariadb --batch --skip-column-names --user=root "$1" -e "$3"`,
        name,
        dump,
        query,
      )
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
