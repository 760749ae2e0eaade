import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { salvageKit } from '../../salvage-kit.ts'
import type { Ended } from '../../salvage-kit.ts'
import { cattleServer, KEY, serviceName, serviceOf } from './cattle-server.ts'
import { startDatabases } from './databases.ts'
import type { Databases, ServedDatabase } from './databases.ts'

const parts = ['docker', 'postgres-image', 'mariadb-image', 'duplicity'] as const

describe.skipIf(!parts.every((name) => part(name).available))('rancher-backup with databases that run', () => {
  let databases: Databases
  beforeAll(async () => {
    databases = await startDatabases(['db_1', 'db_2', 'db_3'])
  }, 120_000)
  afterAll(async () => databases[Symbol.asyncDispose](), 60_000)

  test.each([
    ['by what salvage-kit knows itself', false],
    ['by templates of users', true],
  ])(
    '%s: dumps stand where they did, and one that fails leaves the file of before',
    async (_, templates) => {
      using folder = temporaryDirectory()
      const at = (path: string): string => join(folder.path, path)
      if (templates) writeTemplates(at('home/config'))
      const services = databases.all.map((one, place) => serviceOf(one, place))
      const settings = (url: string): Record<string, string> => ({
        APP_HOME: at('home'),
        CATTLE_URL: url,
        CATTLE_ACCESS_KEY: KEY.name,
        CATTLE_SECRET_KEY: KEY.secret,
        'BACKUP_DUPLICITY_source-path': at('source'),
        BACKUP_DUPLICITY_url: `file://${at('far')}`,
        DEBUG: 'true',
      })
      const file = ({ name }: ServedDatabase): string => at(`source/dump/shop/${serviceName(name)}/${name}.dump`)
      const run = async (url: string): Promise<Ended> =>
        salvageKit(folder.path, settings(url))('rancher', 'backup', '--pull', 'never', '--verbose').ended
      {
        await using server = await cattleServer(folder.path, services, { pageLimit: 2 })
        const good = await run(server.url)
        expect([good.code, good.err]).toEqual([0, expect.not.stringContaining('error')])
        expectNoSecret(good.out + good.err)
      }
      for (const one of databases.all) {
        expect(statSync(file(one)).mode & 0o777).toBe(0o600)
        const dump = readFileSync(file(one), 'utf8').replaceAll(/^ALTER .* OWNER TO .*$/gm, '')
        expect(await databases.loaded(one.kind, dump, 'select x from t')).toBe(one.name)
      }
      const [first, second] = databases.all
      if (first === undefined || second === undefined) throw new Error('no databases')
      const before = [readFileSync(file(first)), readFileSync(file(second))]
      const variable = { POSTGRES_PASSWORD: 'wrong-password-that-nobody-may-see' }
      const broken = [serviceOf(first, 0, { environment: variable }), ...services.slice(1, 2)]
      await using server = await cattleServer(folder.path, broken, { pageLimit: 100 })
      const partial = await run(server.url)
      expect([partial.code, partial.out + partial.err]).toEqual([3, expect.stringContaining('rancher:shop/db-1')])
      expect(partial.out + partial.err).not.toContain(variable.POSTGRES_PASSWORD)
      expectNoSecret(partial.out + partial.err)
      expect(readFileSync(file(first))).toEqual(before[0])
      // Made anew: it says when.
      expect(readFileSync(file(second)).length).toBe(before[1]?.length)
      expect(globSync('source/dump/shop/*', { cwd: folder.path }).toSorted()).toEqual([
        'source/dump/shop/db-1',
        'source/dump/shop/db-2',
      ])
      const state = globSync('state/**', { cwd: folder.path })
        .map(at)
        .filter((path) => statSync(path).isFile())
      expectNoSecret(state.map((path) => readFileSync(path, 'latin1')).join('\n'))
      expectNoSecret(readFileSync(at('source/.salvage-kit/manifest.json'), 'utf8'))
    },
    180_000,
  )

  function expectNoSecret(text: string): void {
    for (const secret of [KEY.secret, ...databases.all.map(({ password }) => password)]) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(JSON.stringify(secret).slice(1, -1))
    }
  }
})

/** As users have them: an index, and a template for each kind. */
function writeTemplates(folder: string): void {
  for (const name of ['index', 'templates']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(
    join(folder, 'index/own.yml'),
    'postgres: { regex: postgres, template: postgres.yml }\nmariadb: { regex: mariadb, template: mariadb.yml }\n',
  )
  writeFileSync(
    join(folder, 'templates/postgres.yml'),
    'image: salvage-test/postgres\nentrypoint: pg_dump\ncommands:\n' +
      '  - -h {{ ip }} -U {{ env.POSTGRES_USER }} -d {{ env.POSTGRES_DB }} -f {{ target_dir }}/{{ env.POSTGRES_DB }}.dump\n' +
      'environments:\n  - PGPASSWORD:{{ env.POSTGRES_PASSWORD }}\n',
  )
  writeFileSync(
    join(folder, 'templates/mariadb.yml'),
    'image: salvage-test/mariadb\nentrypoint: sh\ncommands:\n' +
      "  - -c 'mariadb-dump -h {{ ip }} -u {{ env.MYSQL_USER }} {{ env.MYSQL_DATABASE }} > {{ target_dir }}/{{ env.MYSQL_DATABASE }}.dump'\n" +
      'environments:\n  - MYSQL_PWD:{{ env.MYSQL_PASSWORD }}\n',
  )
}
