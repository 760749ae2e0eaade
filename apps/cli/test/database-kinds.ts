const POSTGRES = 'salvage-test/postgres'
const MARIADB = 'salvage-test/mariadb'
/** Of a database user: nothing of it may be taken for anything else on its way. */
export const PASSWORD: string = `it's "quoted" $HOME \`id\` \\n:
second line: 100% 😀`

/** A kind of server in containers, and what a test does with it. */
export interface DatabaseKind {
  readonly name: string
  readonly image: string
  readonly labels: readonly string[]
  /** The database; MariaDB has no names with letters of four bytes. */
  readonly shop: string
  /** Runs SQL as who may do all, in this database. */
  sql(container: string, text: string, database?: string): Promise<string>
  /** Of the user with the odd password, and how the server is to ask for it. */
  prepare(container: string): Promise<void>
  /** Rows 1 to 40000 with many bytes each, and empty tables `a` and `b`. */
  readonly tables: readonly string[]
  /** A line of SQL that writes row `$i` into `a` and `b` in one transaction. */
  readonly write: string
  /** The client that reads SQL from stdin. */
  readonly client: string
  /** What is to be the same. */
  readonly sums: readonly string[]
  /** Rows of `a` and `b`, which are those from 1 on without a gap. */
  readonly ledger: string
  readonly change: string
}

/** PostgreSQL and MariaDB; `cli` runs `docker` on the engine. */
export function databaseKinds(cli: (...args: string[]) => Promise<string>): readonly [DatabaseKind, DatabaseKind] {
  const postgres: DatabaseKind = {
    name: 'postgres',
    image: POSTGRES,
    labels: ['salvage.dump=auto', 'salvage.dump.host=127.0.0.1'],
    shop: 'läden 🛒',
    sql: async (container, text, database = 'postgres') =>
      cli('exec', container, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text),
    async prepare(container) {
      await this.sql(container, `create role keeper superuser login password '${PASSWORD.replaceAll("'", "''")}'`)
      const hba = '/var/lib/postgresql/data/pg_hba.conf'
      await cli('exec', container, 'sed', '-i', '1i host all keeper all scram-sha-256', hba)
      await this.sql(container, 'select pg_reload_conf()')
    },
    tables: [
      `create table "täb 😀" as select g id, repeat(md5(g::text), 8) x from generate_series(1, 40000) g`,
      'create table a (id int primary key, x text)',
      'create table b (id int primary key, x text)',
    ],
    write: `begin; insert into a values ($i, md5('$i')); insert into b values ($i, md5('$i')); commit;`,
    client: "psql -Xq -d 'läden 🛒'",
    sums: [
      `select count(*), sum(hashtext(id || x)) from "täb 😀"`,
      `select count(*), sum(('x' || substr(x, 1, 7))::bit(28)::int) from a`,
      `select count(*), sum(('x' || substr(x, 1, 7))::bit(28)::int) from b`,
    ],
    ledger: `select count(*) = max(id) and count(*) = (select count(*) from b) and bool_and(x = md5(id::text)) from a`,
    change: `update "täb 😀" set x = 'changed' where id % 7 = 0; delete from b; create table if not exists later (id int)`,
  }
  const mariadb: DatabaseKind = {
    name: 'mariadb',
    image: MARIADB,
    labels: ['salvage.dump=auto', 'salvage.dump.database=läden ☂'],
    shop: 'läden ☂',
    sql: async (container, text, database = 'mysql') =>
      cli('exec', container, 'mariadb', '--default-character-set=utf8mb4', '-BN', database, '-e', text),
    async prepare(container) {
      const user = `'keeper'@'%'`
      await this.sql(
        container,
        `create user ${user} identified by '${PASSWORD.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
      )
      await this.sql(container, `grant all on *.* to ${user} with grant option`)
    },
    tables: [
      `create table \`täb ☂\` (id int primary key, x text) select seq id, concat('😀', repeat(md5(seq), 8)) x from seq_1_to_40000`,
      'create table a (id int primary key, x text)',
      'create table b (id int primary key, x text)',
    ],
    write: `start transaction; insert into a values ($i, md5('$i')); insert into b values ($i, md5('$i')); commit;`,
    client: "mariadb --default-character-set=utf8mb4 --force 'läden ☂'",
    sums: [
      `select count(*), sum(crc32(concat(id, x))) from \`täb ☂\``,
      'select count(*), sum(crc32(x)) from a',
      'select count(*), sum(crc32(x)) from b',
    ],
    ledger: `select count(*) = max(id) and count(*) = (select count(*) from b) and min(x = md5(id)) from a`,
    change: `update \`täb ☂\` set x = 'changed' where id % 7 = 0; delete from b; create table if not exists later (id int)`,
  }
  return [postgres, mariadb]
}
