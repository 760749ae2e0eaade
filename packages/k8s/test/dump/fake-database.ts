import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { DatabaseKind, DumpPlace, DumpRecipe } from '../../src/index.ts'
import { POD } from '../exec/cluster-of.ts'
import type { SHELLS, Tools } from '../exec/shells.ts'
import { toolsOf } from '../exec/shells.ts'

/** What a whole dump of each ends with. */
export const ENDS: Readonly<Record<DatabaseKind, string>> = {
  postgres: '\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict a1B2\n\n',
  mysql: '\n-- Dump completed on 2026-01-02  3:04:05\n',
  mariadb: '\n-- Dump completed on 2026-01-02  3:04:05\n',
}

/** A container with programs that behave as they are told, and a volume. */
export interface FakeDatabase extends Disposable {
  readonly tools: Tools
  readonly volume: string
  place(recipe?: Partial<DumpRecipe>): DumpPlace
  /** What the program that dumps does: a piece of shell that may use `$FAKE/sql`. */
  dumps(script: string): void
  /** What the client does. */
  answers(script: string): void
  /** What it dumps, less the end of a whole one. */
  holds(sql: string): void
  /** The text of the dump in place. */
  dump(): string
  /** All names on the volume. */
  files(): readonly string[]
  /** What was said in argv and in the environment of the programs. */
  heard(): string
}

const CLIENTS = { postgres: ['pg_dump', 'psql'], mysql: ['mysqldump', 'mysql'], mariadb: ['mariadb-dump', 'mariadb'] }

/** Makes one. */
export function fakeDatabase(shell: (typeof SHELLS)[number], database: DatabaseKind): FakeDatabase {
  const tools = toolsOf(shell)
  const own = mkdtempSync(join(tmpdir(), 'salvage-database-'))
  const volume = join(own, 'a volume')
  mkdirSync(volume)
  const file = join(volume, 'the dump.sql.gz')
  const [dumper = '', client = ''] = CLIENTS[database]
  const program = (name: string, text: string): void => {
    const heard = `printf '%s\\n' "$0" "$@" "\${PGPASSWORD-}\${MYSQL_PWD-}" >>${own}/heard`
    writeFileSync(join(tools.path, name), `#!${tools.path}/sh\nFAKE=${own}\n${heard}\n${text}\n`)
    chmodSync(join(tools.path, name), 0o755)
  }
  const fake: FakeDatabase = {
    tools,
    volume,
    place: (recipe = {}) => ({ where: POD, recipe: { database, file, name: 'shop', fullPercent: 100, ...recipe } }),
    dumps: (script) => program(dumper, script),
    answers: (script) => program(client, script),
    holds: (sql) => writeFileSync(join(own, 'sql'), `${sql}${ENDS[database]}`),
    dump: () => gunzipSync(readFileSync(file)).toString(),
    files: () => readdirSync(volume),
    heard: () => readFileSync(join(own, 'heard'), 'utf8'),
    [Symbol.dispose]: () => {
      tools[Symbol.dispose]()
      rmSync(own, { recursive: true, force: true })
    },
  }
  fake.holds('INSERT 1;')
  fake.dumps('cat $FAKE/sql')
  fake.answers('exit 0')
  return fake
}
