import type { DumpJob } from '../../template/dump-job.ts'
import { fileNameOf } from './file-name.ts'
import { firstSet, passwordIn } from './first-set.ts'
import type { OwnJobPlace } from './own-job.ts'

/** What is dumped of a MySQL or MariaDB, and as whom. */
export interface MysqlDump {
  readonly image: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string
  /** Absent: all. */
  readonly database?: string
}

/** Images have one of these programs, or both. */
const DUMPER = 'if command -v mariadb-dump >/dev/null; then exec mariadb-dump "$@"; else exec mysqldump "$@"; fi'

/**
 * MySQL and MariaDB: the database that the service names, else all. As the user of the service when he has a database of his own,
 * else as root: nobody else sees all of them.
 */
export function mysqlJob({ env, address, image }: OwnJobPlace): DumpJob {
  const database = firstSet(env, 'MARIADB_DATABASE', 'MYSQL_DATABASE')
  const user = firstSet(env, 'MARIADB_USER', 'MYSQL_USER')
  const root = (): string | undefined => passwordIn(env, 'MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD')
  const asUser = user !== undefined && (database !== undefined || firstSet(env, ...ROOT_SAID) === undefined)
  const password = asUser ? passwordIn(env, 'MARIADB_PASSWORD', 'MYSQL_PASSWORD') : root()
  return mysqlDumpJob({
    image,
    host: address,
    port: 3306,
    user: asUser ? user : 'root',
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
  })
}

const ROOT_SAID = ['MARIADB', 'MYSQL'].flatMap((name) => [`${name}_ROOT_PASSWORD`, `${name}_ROOT_PASSWORD_FILE`])

/** One dump in one transaction, to `DATABASE.dump` or `all-databases.dump`. */
export function mysqlDumpJob({ image, host, port, user, password, database }: MysqlDump): DumpJob {
  const argv = [
    `--host=${host}`,
    `--port=${String(port)}`,
    `--user=${user}`,
    '--default-character-set=utf8mb4',
    '--single-transaction',
    '--quick',
    '--routines',
    '--events',
    '--triggers',
    '--hex-blob',
    '--no-tablespaces',
    // Not every version knows them.
    '--loose-set-gtid-purged=OFF',
    '--loose-column-statistics=0',
    ...(database === undefined ? ['--all-databases'] : ['--', database]),
  ]
  return {
    image,
    environment: password === undefined ? {} : { MYSQL_PWD: password },
    commands: [
      {
        entrypoint: ['/bin/sh'],
        argv: ['-c', DUMPER, 'dump', ...argv],
        environment: {},
        output: { path: fileNameOf(database ?? 'all-databases', '.dump'), append: false },
      },
    ],
  }
}
