import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, engineAddress, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { salvageKit } from '../../salvage-kit.ts'
import type { Ended } from '../../salvage-kit.ts'
import { cattleServer, KEY, serviceName, serviceOf } from './cattle-server.ts'
import { IMAGES, startDatabases } from './databases.ts'
import type { Databases, ServedDatabase } from './databases.ts'
import { seenArguments } from './seen-arguments.ts'

const parts = ['docker', 'postgres-image', 'mariadb-image', 'duplicity'] as const

describe.skipIf(!parts.every((name) => part(name).available))('rancher-backup with databases that run', () => {
  let databases: Databases
  beforeAll(async () => {
    // Names of its own, and so passwords: other suites look at the arguments of all processes.
    databases = await startDatabases(['rb_1', 'rb_2', 'rb_3'])
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
      mkdirSync(at('source'))
      await using writer = await writerOf(at('source'))
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
        using processes = seenArguments()
        const good = await run(server.url)
        expectNoSecret([...processes.all].join('\n'))
        expect([...processes.all].join('\n')).toContain('--allow-source-mismatch')
        expect([good.code, good.err]).toEqual([0, expect.not.stringContaining('error')])
        expectNoSecret(good.out + good.err)
        // As rancher-backup, it leaves whoever writes there alone.
        expect(await writer.startedAt()).toBe(writer.since)
        const store = `archive:${at('archives')}`
        const plan = await salvageKit(folder.path)('plan', `dir:${at('source')}`, '--to', store).ended
        expect(plan.out).toContain(writer.name)
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
      expect([partial.code, partial.out + partial.err]).toEqual([3, expect.stringContaining('rancher:shop/rb-1')])
      expect(partial.out + partial.err).not.toContain(variable.POSTGRES_PASSWORD)
      expectNoSecret(partial.out + partial.err)
      expect(readFileSync(file(first))).toEqual(before[0])
      // Made anew: it says when.
      expect(readFileSync(file(second)).length).toBe(before[1]?.length)
      // What is absent for one run is not gone: it has seven days.
      expect(globSync('source/dump/shop/*', { cwd: folder.path }).toSorted()).toEqual(
        databases.all.map(({ name }) => `source/dump/shop/${serviceName(name)}`).toSorted(),
      )
      expect(readFileSync(at('source/.salvage-kit/manifest.json'), 'utf8')).toContain('"goneSince"')
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

const cli = async (...args: readonly string[]): Promise<string> => (await docker(engineAddress(), args)).trim()

interface Writer extends AsyncDisposable {
  readonly name: string
  readonly since: string
  startedAt(): Promise<string>
}

/** A container that runs and can write to a directory of this machine. */
async function writerOf(directory: string): Promise<Writer> {
  const name = `rancher-backup-${randomBytes(4).toString('hex')}`
  const startedAt = async (): Promise<string> =>
    cli('inspect', '--format={{.State.Running}} {{.State.StartedAt}} {{.State.Paused}}', name)
  await cli(
    'run',
    '--detach',
    `--name=${name}`,
    `--volume=${directory}:/data`,
    '--entrypoint=sleep',
    IMAGES.postgres,
    '600',
  )
  return {
    name,
    since: await startedAt(),
    startedAt,
    async [Symbol.asyncDispose](): Promise<void> {
      await cli('rm', '--force', '--volumes', name)
    },
  }
}

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
