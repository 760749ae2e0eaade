import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, engineAddress, onRequest, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventsOf, salvageKit } from '../../salvage-kit.ts'
import type { Running } from '../../salvage-kit.ts'
import { cattleServer, KEY, serviceName, serviceOf } from './cattle-server.ts'
import { startDatabases } from './databases.ts'
import type { Databases, ServedDatabase } from './databases.ts'
import { seenArguments } from './seen-arguments.ts'

const MANY = onRequest('SALVAGE_RANCHER_120')
/** Services, and how many of them stand on a page: three pages. */
const [COUNT, PAGE] = MANY ? [120, 40] : [12, 4]
const isReady = part('docker').available && part('postgres-image').available && part('mariadb-image').available

describe.skipIf(!isReady)('databases and stacks of Rancher 1.6', () => {
  let databases: Databases
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running

  beforeAll(async () => {
    databases = await startDatabases(Array.from({ length: COUNT }, (_, at) => `db_${String(at + 1)}`))
  }, 120_000)
  afterAll(async () => databases[Symbol.asyncDispose](), 60_000)
  beforeEach(() => {
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { RESTIC_PASSWORD: 'restic-secret' })
  })
  afterEach(async () => {
    folder[Symbol.dispose]()
    expect(await docker(engineAddress(), ['ps', '--all', '--quiet', '--filter=label=salvage-kit.job'])).toBe('')
  })

  const configure = (server: { readonly url: string; readonly keyFile: string }, more = ''): void =>
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      `cattle: { url: "${server.url}", keyFile: ${server.keyFile}, jobs: { pull: never }${more} }\n` +
        `tides: { nightly: { targets: ["rancher:*"], to: "restic:${folder.path}/repository", maxConcurrent: 4 } }\n`,
    )
  const at = (number: number): ServedDatabase => {
    const found = databases.all[number]
    if (found === undefined) throw new Error(`there are not ${String(number)} databases`)
    return found
  }
  const seen = (): string =>
    globSync('state/**', { cwd: folder.path })
      .map((name) => join(folder.path, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, 'latin1'))
      .join('\n')
  const secrets = (): readonly string[] => [KEY.secret, ...databases.all.map(({ password }) => password)]
  const expectNoSecret = (...texts: readonly string[]): void => {
    const all = [...texts, seen()].join('\n')
    for (const secret of secrets()) {
      expect(all).not.toContain(secret)
      expect(all).not.toContain(JSON.stringify(secret).slice(1, -1))
    }
  }

  test(
    `${String(COUNT)} of them on three pages are dumped in one run of a tide, each of them its own`,
    { timeout: 900_000 },
    async () => {
      await using server = await cattleServer(
        folder.path,
        databases.all.map((one, index) => serviceOf(one, index)),
        { pageLimit: PAGE },
      )
      configure(server)
      const plan = await sk('plan', '--tide', 'nightly', '--json').ended
      expect([plan.code, plan.err]).toEqual([0, ''])
      const since = performance.now()
      using processes = seenArguments()
      const run = await sk('run', '--tide', 'nightly', '--init', '--json').ended
      if (MANY) process.stdout.write(`${String(COUNT)} dumps: ${String(Math.round(performance.now() - since))} ms\n`)
      expect([run.code, run.err]).toEqual([0, ''])
      expect(eventsOf(run.out).map(({ type }) => type)).not.toContain('workload.quiesced')
      expect([...processes.all].filter((words) => /pg_dump|mariadb-dump/.test(words)).length).toBeGreaterThan(0)
      expectNoSecret(plan.out, run.out, ...processes.all)
      const { out } = await sk('list', '--json').ended
      const points: readonly { readonly target: string; readonly state: string }[] = JSON.parse(out).points
      const names = databases.all.map(({ name }) => `rancher:shop/${serviceName(name)}`)
      expect(points.map(({ target }) => target).toSorted()).toEqual(['rancher:shop', ...names].toSorted())
      for (const one of [at(0), at(COUNT - 1)]) {
        const into = join(folder.path, one.name)
        const restored = await sk('restore', `rancher:shop/${serviceName(one.name)}`, '--to', `dir:${into}`).ended
        expect([restored.code, restored.err]).toEqual([0, expect.any(String)])
        expect(readdirSync(into)).toEqual([`${one.name}.dump`])
        const dump = readFileSync(join(into, `${one.name}.dump`), 'utf8')
        const owned = dump.replaceAll(/^ALTER .* OWNER TO .*$/gm, '')
        expect(await databases.loaded(one.kind, owned, 'select x from t')).toBe(one.name)
      }
      const stack = join(folder.path, 'stack')
      expect((await sk('restore', 'rancher:shop', '--to', `dir:${stack}`).ended).code).toBe(0)
      expect(readdirSync(stack)).toEqual(['docker-compose.yml', 'rancher-compose.yml'])
      expect((await sk('verify', 'rancher:shop').ended).code).toBe(0)
      const some = JSON.parse((await sk('list', 'rancher:shop/*', '--json').ended).out)
      expect(some.points).toHaveLength(COUNT)
      const again = await sk('run', 'rancher:shop', '--to', `restic:${folder.path}/repository`).ended
      expect(again.code).toBe(0)
      const from = ['--from', `restic:${folder.path}/repository`, '--keep-last=1', '--dry-run', '--json']
      const pruned = JSON.parse((await sk('prune', 'rancher:*', ...from).ended).out)
      expect(pruned.verdicts).toHaveLength(COUNT + 2)
      expect(pruned.verdicts.filter((verdict: { readonly keep: boolean }) => !verdict.keep)).toHaveLength(1)
    },
  )

  test('what cannot be dumped is told with its reason, and the others are dumped', { timeout: 120_000 }, async () => {
    const [broken, refused, down, good, other] = [at(0), at(1), at(3), at(2), at(5)]
    const wrong = 'wrong-password-that-nobody-may-see'
    for (const name of ['index', 'templates']) mkdirSync(join(folder.path, name))
    writeFileSync(
      join(folder.path, 'index/own.yml'),
      'postgres: { regex: ^postgres$, template: postgres.yml }\nmysql: { regex: ^mysql$, template: mysql.yml }\nodd: { regex: ^odd$, template: odd.yml }\n',
    )
    writeFileSync(
      join(folder.path, 'templates/postgres.yml'),
      `image: salvage-test/postgres\nentrypoint: pg_dump\ncommands:\n  - -h {{ ip }} -U {{ env.POSTGRES_USER }} -d {{ env.POSTGRES_DB }} -f {{ target_dir }}/{{ env.POSTGRES_DB }}.dump\n` +
        'environments:\n  - PGPASSWORD:{{ env.POSTGRES_PASSWORD }}\n',
    )
    writeFileSync(
      join(folder.path, 'templates/mysql.yml'),
      `image: salvage-test/mariadb\nentrypoint: sh\ncommands:\n  - -c 'mariadb-dump -h {{ ip }} -u {{ env.MYSQL_USER }} {{ env.MYSQL_DATABASE }} > {{ target_dir }}/{{ env.MYSQL_DATABASE }}.dump'\n` +
        'environments:\n  - MYSQL_PWD:{{ env.MYSQL_PASSWORD }}\n',
    )
    writeFileSync(join(folder.path, 'templates/odd.yml'), 'commands: {% if %}\n')
    await using server = await cattleServer(
      folder.path,
      [
        serviceOf(broken, 0, { labels: { 'backup.type': 'odd' } }),
        serviceOf(refused, 1, { ...typed(refused), environment: { MYSQL_PASSWORD: wrong } }),
        serviceOf(down, 2, { ...typed(down), containers: [{ id: '1i3', state: 'stopped', address: down.address }] }),
        serviceOf(good, 3, typed(good)),
        serviceOf(other, 4, typed(other)),
      ],
      { pageLimit: 100 },
    )
    configure(server, `, index: ${folder.path}/index, templates: ${folder.path}/templates`)
    const archive = `archive:${folder.path}/archives`
    const run = await sk('run', '--tide', 'nightly', '--to', archive, '--init', '--json').ended
    expect([run.code, run.err]).toEqual([3, expect.any(String)])
    const text = run.out
    expect(text).toMatch(/"rancher:shop\/db-1".{0,200}cannot be dumped: odd\.yml/)
    expect(text).toMatch(/"rancher:shop\/db-2".{0,1000}Access denied/)
    expect(text).toMatch(/"rancher:shop\/db-4".{0,200}no container of it runs/)
    expectNoSecret(run.out, run.err)
    expect(run.out + run.err + seen()).not.toContain(wrong)
    const { out } = await sk('list', '--from', archive, '--json').ended
    const points: readonly { readonly target: string; readonly state: string }[] = JSON.parse(out).points
    expect(points.map(({ target }) => target).toSorted()).toEqual([
      'rancher:shop',
      'rancher:shop/db-3',
      'rancher:shop/db-6',
    ])
    const check = await sk('config', 'check', '--no-docker').ended
    expect([check.code, check.err]).toEqual([2, expect.stringContaining('odd.yml')])
    const doctor = await sk('doctor').ended
    expect(doctor.out).toMatch(/good +rancher: 3 databases and 1 stack/)
    expect(doctor.out).toMatch(/warning +rancher: .*no container of it runs/)
    expectNoSecret(check.out, check.err, doctor.out, (await sk('config', 'show').ended).out)
  })

  test.skipIf(!part('duplicity').available)(
    'they go into duplicity too, by the variables of an agent, and so does the database of Rancher itself',
    { timeout: 120_000 },
    async () => {
      const [one, own] = [at(0), at(1)]
      await using server = await cattleServer(folder.path, [serviceOf(one, 0)], { pageLimit: 100 })
      writeFileSync(join(folder.path, 'db.password'), `${own.password}\n`)
      const database = `host: ${own.address}, user: ${own.user}, database: ${own.name}, image: salvage-test/mariadb`
      writeFileSync(
        join(folder.path, 'salvage-kit.yaml'),
        `cattle: { jobs: { pull: never }, server: { ${database}, passwordFile: ${folder.path}/db.password } }\n` +
          `stores: { far: { kind: duplicity, url: "file://${folder.path}/far", encryption: none } }\n`,
      )
      const agent = { CATTLE_URL: server.url, CATTLE_ACCESS_KEY: KEY.name, CATTLE_SECRET_KEY: KEY.secret }
      const ofAgent = salvageKit(folder.path, agent)
      const run = await ofAgent('run', 'rancher:*', 'rancher-db:*', '--to', 'far', '--init', '--json').ended
      expect([run.code, run.err]).toEqual([0, ''])
      expectNoSecret(run.out)
      const into = join(folder.path, 'into')
      const ref = `rancher-db:${own.name}`
      expect((await ofAgent('restore', ref, '--from', 'far', '--to', `dir:${into}`).ended).code).toBe(0)
      const dump = readFileSync(join(into, `${own.name}.dump`), 'utf8')
      expect(await databases.loaded('mariadb', dump, 'select x from t')).toBe(own.name)
      expect(readdirSync(join(folder.path, 'state/staging'))).toEqual([])
    },
  )

  test(
    'a run that is killed leaves the dumps that were whole by then, and nothing else',
    { timeout: 120_000 },
    async () => {
      const services = databases.all.slice(0, 12).map((one, index) => serviceOf(one, index))
      await using server = await cattleServer(folder.path, services, { pageLimit: 100 })
      configure(server)
      const archive = `archive:${folder.path}/archives`
      const run = sk('run', 'rancher:shop/*', '--to', archive, '--init', '--json', '--max-concurrent=2')
      let said = ''
      run.child.stdout?.on('data', (text: string) => (said += text))
      await vi.waitFor(() => expect(said.match(/"lift\.finished"/g)?.length ?? 0).toBeGreaterThan(2), {
        timeout: 60_000,
      })
      run.child.kill('SIGKILL')
      await run.ended
      const recovered = await sk('recover').ended
      expect(recovered.code).toBe(0)
      const { points } = JSON.parse((await sk('list', '--from', archive, '--json').ended).out)
      expect(points.length).toBeGreaterThan(2)
      expect(points.length).toBeLessThan(12)
      expect(new Set(points.map(({ state }: { readonly state: string }) => state))).toEqual(new Set(['good']))
      expect((await sk('run', 'rancher:shop/db-1', '--to', archive).ended).code).toBe(0)
    },
  )

  test('a server that does not answer costs no directory its copy, and nothing of its key is seen', async () => {
    mkdirSync(join(folder.path, 'srv'))
    writeFileSync(join(folder.path, 'srv/file'), 'content')
    writeFileSync(join(folder.path, 'cattle.key'), 'ACCESSKEY:the-secret-key-of-cattle')
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      `docker: { enabled: false }\ncattle: { url: "http://127.0.0.1:1/v1", keyFile: ${folder.path}/cattle.key }\n` +
        `tides: { all: { targets: ["rancher:*", "dir:${folder.path}/srv"], to: "archive:${folder.path}/archives" } }\n`,
    )
    const run = await sk('run', '--tide', 'all', '--init', '--json').ended
    expect(run.code).toBe(3)
    expect(run.out).toMatch(/"rancher:\*".{0,400}RANCHER\.UNREACHABLE|RANCHER\.UNREACHABLE.{0,400}"rancher:\*"/)
    expect(JSON.parse((await sk('list', '--json').ended).out).points).toMatchObject([{ state: 'good' }])
    expectNoSecret(run.out, run.err)
    await using server = await cattleServer(folder.path, [], { pageLimit: 100 })
    writeFileSync(server.keyFile, 'ACCESSKEY:another-secret')
    configure(server)
    const alone = await sk('run', 'rancher:shop/db', '--to', `archive:${folder.path}/archives`).ended
    expect([alone.code, alone.out + alone.err]).toEqual([
      1,
      expect.stringMatching(/127\.0\.0\.1.*401|401.*127\.0\.0\.1/),
    ])
    expect(alone.out + alone.err).not.toContain('another-secret')
  })
})

/** By a label, as an index of users may ask for. */
function typed({ kind }: ServedDatabase): { readonly labels: Record<string, string> } {
  return { labels: { 'backup.type': kind === 'postgres' ? 'postgres' : 'mysql' } }
}
