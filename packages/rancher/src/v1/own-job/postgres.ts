import type { DumpJob } from '../../template/dump-job.ts'
import { fileNameOf } from './file-name.ts'
import { firstSet, passwordIn } from './first-set.ts'
import type { OwnJobPlace } from './own-job.ts'

/**
 * PostgreSQL as plain SQL: the database that the service names, else all of them with their roles. Where it is and who asks
 * stands in variables alone, for in arguments a name may be read as something else.
 */
export function postgresJob({ env, address, image }: OwnJobPlace): DumpJob {
  const user = firstSet(env, 'POSTGRES_USER')
  // The image of PostgreSQL names the database after its user.
  const database = firstSet(env, 'POSTGRES_DB') ?? user
  const password = passwordIn(env, 'POSTGRES_PASSWORD')
  const argv =
    database === undefined
      ? ['pg_dumpall', '--no-password', '--clean', '--lock-wait-timeout=60s']
      : ['pg_dump', '--no-password', '--lock-wait-timeout=60s']
  return {
    image,
    environment: {
      PGHOST: address,
      PGPORT: '5432',
      PGUSER: user ?? 'postgres',
      PGCONNECT_TIMEOUT: '30',
      ...(database === undefined ? {} : { PGDATABASE: database }),
      ...(password === undefined ? {} : { PGPASSWORD: password }),
    },
    commands: [
      {
        entrypoint: argv.slice(0, 1),
        argv: argv.slice(1),
        environment: {},
        output: { path: fileNameOf(database ?? 'all-databases', '.dump'), append: false },
      },
    ],
  }
}
