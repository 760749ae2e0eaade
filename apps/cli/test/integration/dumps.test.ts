import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/postgres'
const COMPOSE = (service: string): string[] => [
  '--label=com.docker.compose.project=shop',
  `--label=com.docker.compose.service=${service}`,
  '--label=com.docker.compose.container-number=1',
]

describe.skipIf(!part('dockerd').available)('databases in containers with the label salvage.dump', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running

  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const sql = async (container: string, text: string, database = 'postgres'): Promise<string> =>
    cli('exec', container, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text)

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE, 'salvage-test/busybox'])
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host, RESTIC_PASSWORD: 'restic-secret' })
    await postgres('shop-db-1', ...COMPOSE('db'), '--label=salvage.dump=postgres', '--label=salvage.dump.database=shop')
    await postgres('all', '--label=salvage.dump=auto', '--label=salvage.dump.tide=nightly')
    for (const name of ['shop-db-1', 'all']) {
      await sql(name, 'create database shop')
      await sql(name, 'create table t as select g id, md5(g::text) x from generate_series(1, 60000) g', 'shop')
    }
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  async function postgres(name: string, ...args: string[]): Promise<void> {
    await cli('run', '--detach', '--network=none', `--name=${name}`, ...args, IMAGE)
    await vi.waitFor(async () => expect(await sql(name, 'select 1')).toBe('1'), { timeout: 60_000, interval: 200 })
  }
  const points = async (ref: string, store: string): Promise<readonly { readonly id: string }[]> =>
    // A store that is not there yet is an error.
    JSON.parse((await sk('list', ref, '--from', store, '--json').ended).out).points ?? []

  test.each(['archive:backups', 'restic:repository'])('are dumped into %s, listed and restored', async (store) => {
    const run = await sk('run', 'dump:shop/db', 'dump:all', '--to', store, '--init', '--json').ended
    expect([run.code, run.err]).toEqual([0, ''])
    expect(eventsOf(run.out).map(({ type }) => type)).not.toContain('workload.quiesced')
    for (const [ref, names] of [
      ['dump:shop/db', ['shop.dump']],
      ['dump:all', ['globals.sql', 'postgres.dump', 'shop.dump']],
    ] as const) {
      expect(await points(ref, store)).toHaveLength(1)
      const into = join(folder.path, `${ref}-${store}`.replaceAll(/\W/g, '-'))
      const restored = await sk('restore', ref, '--from', store, '--to', `dir:${into}`).ended
      expect([restored.code, restored.out]).toEqual([0, expect.stringContaining('good')])
      expect(readdirSync(into).toSorted()).toEqual(names)
      const proof = join(folder.path, 'proof.dump')
      writeFileSync(proof, readFileSync(join(into, 'shop.dump')))
      await cli('cp', proof, 'all:/tmp/proof.dump')
      await sql('all', 'drop database if exists again')
      await sql('all', 'create database again')
      await cli('exec', 'all', 'pg_restore', '--exit-on-error', '--no-owner', '-d', 'again', '/tmp/proof.dump')
      expect(await sql('all', 'select count(*), sum(length(x)) from t', 'again')).toBe('60000|1920000')
      await sql('all', 'drop database again')
    }
    expect(readdirSync(join(folder.path, 'state', 'staging'))).toEqual([])
  })

  test('belong to the tides that they name, and what is wrong with their labels is told', async () => {
    writeFileSync(
      join(folder.path, 'salvage-kit.yaml'),
      `tides: { nightly: { to: "archive:${folder.path}/backups" } }\n`,
    )
    const { out: plan } = await sk('plan', '--tide', 'nightly', '--json').ended
    expect(plan).toContain('dump:all')
    expect(plan).not.toContain('dump:shop/db')
    await cli('run', '-d', '--network=none', '--name=odd', '--label=salvage.dump=mysqll', 'salvage-test/busybox')
    await cli('run', '-d', '--network=none', '--name=odd2', '--label=salvage.dump.user=x', 'salvage-test/busybox')
    const doctor = await sk('doctor').ended
    expect(doctor.out + doctor.err).toMatch(/container odd, label salvage\.dump: "mysqll" is no kind of database/)
    expect(doctor.out + doctor.err).toMatch(/label salvage\.dump\.user: it has no effect/)
    const check = await sk('config', 'check').ended
    expect(check.code).toBe(2)
    expect(check.out + check.err).toMatch(/did you mean "mysql"/)
    const named = await sk('run', 'dump:odd', '--to', 'archive:backups').ended
    expect([named.code, named.err]).toEqual([expect.any(Number), expect.stringContaining('"mysqll"')])
    expect(named.code).not.toBe(0)
    await cli('rm', '--force', 'odd', 'odd2')
  })

  test.each(['archive:backups', 'restic:repository'])(
    'a server that is killed in the middle leaves no copy in %s; the run fails with the reason, and the others go on',
    async (store) => {
      const name = `dying-${store.replace(/:.*/, '')}`
      await postgres(name, '--label=salvage.dump=postgres', '--label=salvage.dump.database=big')
      await sql(name, 'create database big')
      await sql(name, 'create table a as select md5(g::text) x from generate_series(1, 2000000) g', 'big')
      const before = (await points('dump:shop/db', store)).length
      const run = sk('run', `dump:${name}`, 'dump:shop/db', '--to', store, '--init', '--json')
      // Rows are on their way.
      await vi.waitFor(async () => expect(await cli('top', name)).toMatch(/ COPY/), { timeout: 60_000, interval: 50 })
      await sleep(500)
      await cli('kill', name)
      const ended = await run.ended
      expect(ended.code).toBe(3)
      expect(ended.out).toMatch(/container dying-/)
      expect(await points(`dump:${name}`, store)).toEqual([])
      expect(await points('dump:shop/db', store)).toHaveLength(before + 1)
      const again = await sk('run', `dump:${name}`, '--to', store).ended
      expect(again.code).not.toBe(0)
      expect(again.out + again.err).toMatch(/it is exited/)
      await cli('rm', '--force', '--volumes', name)
    },
  )
})
