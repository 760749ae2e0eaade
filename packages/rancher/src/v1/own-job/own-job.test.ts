import { describe, expect, test } from 'vitest'
import type { DumpJob } from '../../template/dump-job.ts'
import { fileNameOf } from './file-name.ts'
import { OWN_ENTRIES, ownJob } from './own-job.ts'

type Env = Readonly<Record<string, string>>

const PASSWORD = `p'a"$x\`y\\\n#`

function jobOf(kind: string, environment: Env): DumpJob {
  const entry = OWN_ENTRIES.find(({ name }) => name === kind)
  if (entry === undefined) throw new Error(`no ${kind}`)
  const instance = { id: '1i1', name: 'app-db-1', address: '10.42.0.1' }
  const database = {
    ref: 'rancher:app/db',
    place: { stack: 'app', service: 'db' },
    entry,
    image: 'own:1',
    environment,
    labels: {},
    instances: [instance],
    resting: [],
  } as const
  return ownJob(database, { instance }, { root: '/backup', images: {} })
}

/** What stands in arguments; no password may. */
function words(job: DumpJob): readonly string[] {
  const argv = job.commands.flatMap(({ entrypoint = [], argv: own }) => [...entrypoint, ...own])
  expect(argv.join('\n')).not.toContain(PASSWORD)
  return argv
}

test.each([
  ['postgres', ['postgres', 'bitnami/postgresql', 'postgis/postgis']],
  ['mariadb', ['mariadb', 'linuxserver/mariadb']],
  ['mysql', ['mysql', 'percona']],
  ['mongodb', ['mongo', 'library/mongo']],
  ['elasticsearch', ['elasticsearch', 'elasticsearch/elasticsearch']],
])('%s is told by its label and by these images', (name, images) => {
  const entry = OWN_ENTRIES.find((one) => one.name === name)
  for (const text of [name, ...images]) expect(entry?.pattern.test(text), text).toBe(true)
  for (const text of ['nginx', 'prom/mysqld-exporter', 'mongo-express', 'postgres-backup', 'elasticsearch-hq', 'redis'])
    expect(entry?.pattern.test(text), text).toBe(false)
})

describe('PostgreSQL', () => {
  test.each<readonly [Env, readonly string[], Env, string]>([
    [{}, ['pg_dumpall', '--clean'], { PGUSER: 'postgres' }, 'all-databases.dump'],
    [{ POSTGRES_DB: 'shop' }, ['pg_dump'], { PGUSER: 'postgres', PGDATABASE: 'shop' }, 'shop.dump'],
    [{ POSTGRES_USER: 'me' }, ['pg_dump'], { PGUSER: 'me', PGDATABASE: 'me' }, 'me.dump'],
    [{ POSTGRES_USER: 'me', POSTGRES_DB: 'shop' }, ['pg_dump'], { PGUSER: 'me', PGDATABASE: 'shop' }, 'shop.dump'],
    [{ POSTGRES_USER: '', POSTGRES_DB: '' }, ['pg_dumpall'], { PGUSER: 'postgres' }, 'all-databases.dump'],
  ])('%j', (env, program, variables, file) => {
    const job = jobOf('postgres', { ...env, POSTGRES_PASSWORD: PASSWORD })
    expect(words(job)).toEqual(expect.arrayContaining([...program]))
    expect(job).toMatchObject({
      image: 'own:1',
      environment: { PGHOST: '10.42.0.1', PGPASSWORD: PASSWORD, ...variables },
      commands: [{ output: { path: file, append: false } }],
    })
  })
})

describe('MySQL and MariaDB', () => {
  test.each<readonly [Env, string, string | undefined, string]>([
    [{ MYSQL_ROOT_PASSWORD: PASSWORD }, 'root', PASSWORD, 'all-databases.dump'],
    [{ MYSQL_ALLOW_EMPTY_PASSWORD: 'yes' }, 'root', undefined, 'all-databases.dump'],
    [{ MYSQL_ROOT_PASSWORD: PASSWORD, MYSQL_DATABASE: 'shop' }, 'root', PASSWORD, 'shop.dump'],
    [{ MYSQL_USER: 'me', MYSQL_PASSWORD: PASSWORD, MYSQL_DATABASE: 'shop' }, 'me', PASSWORD, 'shop.dump'],
    [{ MARIADB_USER: 'me', MARIADB_PASSWORD: PASSWORD, MARIADB_DATABASE: 'shop' }, 'me', PASSWORD, 'shop.dump'],
    [{ MYSQL_USER: 'me', MYSQL_PASSWORD: 'x', MYSQL_ROOT_PASSWORD: PASSWORD }, 'root', PASSWORD, 'all-databases.dump'],
    [{ MYSQL_USER: 'me', MYSQL_PASSWORD: PASSWORD }, 'me', PASSWORD, 'all-databases.dump'],
  ])('%j', (env, user, password, file) => {
    for (const kind of ['mysql', 'mariadb']) {
      const job = jobOf(kind, env)
      expect(words(job)).toEqual(expect.arrayContaining(['--host=10.42.0.1', `--user=${user}`, '--single-transaction']))
      expect(job.environment).toEqual(password === undefined ? {} : { MYSQL_PWD: password })
      expect(job.commands).toMatchObject([{ output: { path: file } }])
    }
  })

  test('a name that looks like an option is none', () => {
    const argv = words(jobOf('mysql', { MYSQL_DATABASE: '--result-file=/x', MYSQL_ROOT_PASSWORD: 'x' }))
    expect(argv.slice(-2)).toEqual(['--', '--result-file=/x'])
  })
})

test.each<readonly [Env, readonly string[], Env]>([
  [{}, [], {}],
  [
    { MONGO_INITDB_ROOT_USERNAME: 'me', MONGO_INITDB_ROOT_PASSWORD: PASSWORD },
    ['--username=me'],
    { SALVAGE_PASSWORD: PASSWORD },
  ],
  [{ MONGO_USER: 'me', MONGO_PASS: PASSWORD }, ['--username=me'], { SALVAGE_PASSWORD: PASSWORD }],
  [{ MONGO_PASS: PASSWORD }, ['--username=admin'], { SALVAGE_PASSWORD: PASSWORD }],
])('MongoDB of %j', (env, user, variables) => {
  const job = jobOf('mongodb', env)
  expect(words(job)).toEqual(expect.arrayContaining(['--host=10.42.0.1', '--gzip', '--archive', ...user]))
  expect(job.environment).toMatchObject(variables)
  expect(job.commands).toMatchObject([{ output: { path: 'databases.archive.gz' } }])
})

test('Elasticsearch is two files, by an image of its own', () => {
  const job = jobOf('elasticsearch', { ELASTIC_PASSWORD: PASSWORD })
  expect(job).toMatchObject({ image: 'elasticdump/elasticsearch-dump', environment: { SALVAGE_PASSWORD: PASSWORD } })
  expect(words(job)).toEqual(
    expect.arrayContaining([
      '--output=/backup/dump/app/db/dump_mapping.json',
      '--output=/backup/dump/app/db/dump_data.json',
    ]),
  )
})

test.each([
  ['postgres', 'POSTGRES_PASSWORD_FILE'],
  ['mysql', 'MYSQL_ROOT_PASSWORD_FILE'],
  ['mariadb', 'MARIADB_ROOT_PASSWORD_FILE'],
  ['mongodb', 'MONGO_INITDB_ROOT_PASSWORD_FILE'],
  ['elasticsearch', 'ELASTIC_PASSWORD_FILE'],
])('the password of a %s that stands in a file of its container is not known', (kind, variable) => {
  expect(() => jobOf(kind, { [variable]: '/run/secrets/x' })).toThrow(
    expect.objectContaining({ code: 'RANCHER.NO_PASSWORD' }),
  )
})

test.each([
  ['shop', 'shop.dump'],
  ['a/b', 'a%2Fb.dump'],
  ['..', '%2E..dump'],
  ['50%', '50%25.dump'],
])('the file of database %s is %s', (database, file) => expect(fileNameOf(database, '.dump')).toBe(file))
