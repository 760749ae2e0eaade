import { setTimeout as sleep } from 'node:timers/promises'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const READY_MS = 60_000
const COMPOSE = (service: string): string[] => [
  '--label=com.docker.compose.project=shop',
  `--label=com.docker.compose.service=${service}`,
  '--label=com.docker.compose.container-number=1',
]

/** Commits rows one by one, as fast as it can, and remembers the last one that the server confirmed. */
interface Writer {
  confirmed(): number
  /** Resolves when it has confirmed a row beyond this one. */
  beyond(row: number): Promise<void>
  stop(): Promise<void>
}

describe.skipIf(!part('dockerd').available)('a project of PostgreSQL and a web server that share a volume', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running
  let writer: Writer

  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const sql = async (container: string, text: string): Promise<string> =>
    cli('exec', container, 'psql', '--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--command', text)
  const stateOf = async (name: string): Promise<string> =>
    cli('inspect', '--format={{.State.Status}} {{.HostConfig.RestartPolicy.Name}} {{.Id}}', name)

  const states = async (): Promise<string[]> => [await stateOf('shop-db-1'), await stateOf('shop-web-1')]

  beforeAll(async () => {
    engine = await privateDockerd(['salvage-test/busybox', 'salvage-test/postgres'])
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host })
    for (const volume of ['pgdata', 'shared'])
      await cli(
        'volume',
        'create',
        '--label=com.docker.compose.project=shop',
        `--label=com.docker.compose.volume=${volume}`,
        `shop_${volume}`,
      )
    await postgres('shop-db-1', 'shop_pgdata', '--volume=shop_shared:/shared', ...COMPOSE('db'))
    await cli(
      'run',
      '--detach',
      '--network=none',
      '--name=shop-web-1',
      '--restart=unless-stopped',
      '--volume=shop_shared:/shared',
      ...COMPOSE('web'),
      '--label=com.docker.compose.depends_on=db:service_started:true',
      'salvage-test/busybox',
      'sh',
      '-c',
      'trap "exit 0" TERM; while :; do date >> /shared/log; sleep 1 & wait $!; done',
    )
    await sql('shop-db-1', 'create table orders (id bigint primary key, at timestamptz default now())')
    writer = write('shop-db-1')
    await writer.beyond(20)
  })
  afterAll(async () => {
    await writer.stop()
    await engine[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function postgres(name: string, volume: string, ...args: string[]): Promise<void> {
    await cli(
      'run',
      '--detach',
      '--network=none',
      `--name=${name}`,
      `--volume=${volume}:/var/lib/postgresql/data`,
      ...args,
      'salvage-test/postgres',
    )
    const until = Date.now() + READY_MS
    while (!(await answers(name))) {
      if (Date.now() > until) throw new Error(`${name} does not answer: ${await cli('logs', name)}`)
      await sleep(200)
    }
  }
  const answers = async (name: string): Promise<boolean> =>
    sql(name, 'select 1').then(
      (text) => text === '1',
      () => false,
    )

  function write(container: string): Writer {
    const ended = new AbortController()
    let last = 0
    const done = (async () => {
      for (let row = 1; !ended.signal.aborted; row += 1) {
        const insert = `insert into orders (id) values (${String(row)})`
        if (
          await sql(container, insert).then(
            () => true,
            () => false,
          )
        )
          last = row
        else await sleep(100)
      }
    })()
    return {
      confirmed: () => last,
      beyond: async (wanted) => vi.waitFor(() => expect(last).toBeGreaterThan(wanted), { timeout: READY_MS }),
      stop: async () => {
        ended.abort()
        await done
      },
    }
  }

  test.each(['smart', 'project'])(
    'both come back as they were, and every confirmed row is in the copy (%s)',
    async (grouping) => {
      const before = await states()
      const sure = writer.confirmed()
      const run = await sk(
        'run',
        'docker:shop_pgdata',
        'docker:shop_shared',
        '--grouping',
        grouping,
        '--to',
        'archive:backups',
        '--json',
      ).ended
      expect([run.code, run.err]).toEqual([0, ''])
      const events = eventsOf(run.out)
      const moves = events.filter(({ type }) => type === 'workload.quiesced' || type === 'workload.resumed')
      expect(moves.map(({ type, workload }) => `${type.replace('workload.', '')} ${String(workload)}`)).toEqual([
        'quiesced docker:shop/web/1',
        'quiesced docker:shop/db/1',
        'resumed docker:shop/db/1',
        'resumed docker:shop/web/1',
      ])
      expect(await states()).toEqual(before)
      const after = writer.confirmed()
      await writer.beyond(after)

      const copy = `copy_${grouping}`
      const restored = await sk('restore', 'docker:shop_pgdata', '--to', `docker:${copy}`).ended
      expect([restored.code, restored.out]).toEqual([0, expect.stringContaining('good')])
      await postgres(copy, copy)
      const rows = new Set((await sql(copy, 'select id from orders order by id')).split('\n').map(Number))
      expect(sure).toBeGreaterThan(0)
      for (let row = 1; row <= sure; row += 1) {
        // A row that the server refused while it went down was never confirmed; those before the hold all were.
        if (!rows.has(row))
          expect(await sql('shop-db-1', `select count(*) from orders where id = ${String(row)}`)).toBe('0')
      }
      expect(rows.has(sure)).toBe(true)
      expect(Math.max(...rows)).toBeGreaterThanOrEqual(sure)
      expect(await sql(copy, 'select count(*) from pg_stat_user_tables where n_live_tup < 0')).toBe('0')
      expect(await cli('logs', copy)).not.toMatch(
        /PANIC|could not locate a valid checkpoint|was not properly shut down/,
      )
      console.log(`${grouping}: ${String(sure)} rows confirmed before the hold, ${String(rows.size)} in the copy`)
      await cli('rm', '--force', copy)
    },
  )

  test('a restore in place puts back what was, with the server down only for the exchange', async () => {
    const [point] = JSON.parse(
      (await sk('list', 'docker:shop_pgdata', '--from', 'archive:backups', '--json').ended).out,
    ).points
    await sql('shop-db-1', 'create table mistake (id int)')
    const restored = await sk('restore', point.id, '--from', 'archive:backups', '--in-place', '--yes', '--json').ended
    expect([restored.code, restored.err]).toEqual([0, ''])
    const until = Date.now() + READY_MS
    while (!(await answers('shop-db-1')) && Date.now() < until) await sleep(200)
    expect(await sql('shop-db-1', `select count(*) from pg_tables where tablename = 'mistake'`)).toBe('0')
    expect(await stateOf('shop-web-1')).toMatch(/^running unless-stopped/)
  })
})
