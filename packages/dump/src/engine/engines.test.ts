import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ENGINES } from '../engines.ts'
import { askFrame, dumpFrame, restoreFrame } from '../program/frame.ts'
import { recipeOf } from '../recipe.ts'
import { mongoSkew } from './mongodb/skew.ts'
import { rdbSkew } from './redis/skew.ts'

test.each([
  ['redis:7-alpine', 'redis'],
  ['docker.io/bitnami/redis:7.2', 'redis'],
  ['valkey/valkey:8', 'redis'],
  ['redislabs/redisinsight', undefined],
  ['oliver006/redis_exporter', undefined],
  ['mongo:7', 'mongodb'],
  ['mongo-express', undefined],
  ['quay.io/coreos/etcd:v3.5.0', 'etcd'],
  ['influxdb:1.8', 'influxdb'],
  ['docker.elastic.co/elasticsearch/elasticsearch:8.1', 'elasticsearch'],
  ['opensearchproject/opensearch-dashboards', undefined],
  ['cassandra:5', 'cassandra'],
])('the image %s is of %s', (image, name) => {
  expect(recipeOf({ image })?.name).toBe(name)
})

test.each([
  [{}, {}, true],
  [{ database: 'shop' }, {}, false],
  [{ database: '' }, {}, true],
  [{ database: '' }, { MARIADB_DATABASE: 'shop' }, false],
  [{ database: '${DB}' }, {}, true],
  [{ database: '${DB}' }, { MYSQL_DATABASE: 'shop' }, false],
  [{}, { MYSQL_DATABASE: 'shop' }, false],
])('MariaDB with %j and %j is of several files: %s', (settings, environment, several) => {
  expect(recipeOf({ label: 'mariadb', image: '' })?.several({ ...settings }, { ...environment })).toBe(several)
})

test('a label goes before the image', () => {
  expect(recipeOf({ label: 'sqlite', image: 'redis' })?.name).toBe('sqlite')
  expect(recipeOf({ label: 'valkey', image: 'my/own' })?.name).toBe('redis')
})

test.each(ENGINES.map((engine) => [engine.name, engine] as const))(
  'the programs of %s are of a POSIX shell, and no password is in them',
  (_, engine) => {
    const settings = Object.fromEntries(engine.settings.map((key) => [key, `it's "$(id)" ${key}`]))
    const told = { ...settings, password: '${SALVAGE_SECRET_0}' }
    const programs = [
      askFrame(engine.survey(told)),
      dumpFrame(engine.dump(told)),
      restoreFrame(engine.restore(told), 'a1'),
    ]
    for (const program of programs) {
      execFileSync('sh', ['-n'], { input: program, stdio: ['pipe', 'ignore', 'inherit'] })
      expect(program).not.toContain('it\'s "$(id)" password')
    }
  },
)

test.each(ENGINES.map((engine) => [engine.name, engine] as const))(
  'the files of %s are those of its parts, and no others',
  (_, engine) => {
    for (const of of ['all', '1', '2', 'oplog', 'database', '/data/a b.db', 'redis.rdb']) {
      const file = engine.fileOf(of)
      if (file !== '') expect(engine.fileOf(engine.partOf(file) ?? 'none')).toBe(file)
    }
    expect(engine.partOf('../x')).toBeUndefined()
  },
)

test.each([
  ['REDIS0009', 'redis 7.0.15', true],
  ['REDIS0010', 'redis 7.0.15', true],
  ['REDIS0011', 'redis 7.0.15', false],
  ['REDIS0012', 'redis 7.4.1', true],
  ['REDIS0099', 'redis 9.1.0', true],
  ['REDIS0012', 'valkey 8.0.1', false],
  ['VALKEY080', 'valkey 9.0.0', true],
  ['VALKEY080', 'redis 8.0.0', false],
  ['REDIS0011', '', true],
])('%s goes into %s: %s', (head, server, goes) => {
  expect(rdbSkew(Buffer.from(`${head}\u00fa`, 'latin1'), server) === undefined).toBe(goes)
})

test.each([
  ['6.0.4', '7.0.2', true],
  ['7.0.9', '7.0.2', true],
  ['7.0.2', '6.0.9', false],
  ['5.0.1', '4.4.9', false],
  ['7.0.2', '', true],
])('an archive of MongoDB %s goes into %s: %s', (made, server, goes) => {
  const head = Buffer.from(`\u006d\u00e2\u0002server_version\0\u0007\0\0\0${made}\0\u0002tool`, 'latin1')
  expect(mongoSkew(head, server) === undefined).toBe(goes)
})
