import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, onRequest, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { databaseKinds, PASSWORD } from '../database-kinds.ts'
import type { DatabaseKind } from '../database-kinds.ts'
import { eventsOf, salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const KILLS = onRequest('SALVAGE_DUMP_KILLS') ? 25 : 2

describe.skipIf(!part('dockerd').available)('dumps that are loaded back into databases', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let sk: (...args: readonly string[]) => Running

  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const kinds = databaseKinds(cli)
  const [postgres, mariadb] = kinds

  async function start(kind: DatabaseKind, name: string): Promise<void> {
    const labels = [...kind.labels, 'salvage.dump.user=keeper', 'salvage.dump.password=${KEEPER}']
    const service = ['project=shop', `service=${name}`, 'container-number=1'].map(
      (text) => `com.docker.compose.${text}`,
    )
    const all = [...labels, ...service].map((label) => `--label=${label}`)
    await cli('run', '--detach', '--network=none', `--name=${name}`, `--env=KEEPER=${PASSWORD}`, ...all, kind.image)
    await vi.waitFor(async () => expect(await kind.sql(name, 'select 1')).toBe('1'), { timeout: 60_000, interval: 200 })
    await kind.prepare(name)
  }
  async function fill(kind: DatabaseKind, name: string): Promise<void> {
    await kind.sql(
      name,
      `create database ${kind === postgres ? `"${kind.shop}"` : `\`${kind.shop}\` character set utf8mb4`}`,
    )
    for (const text of kind.tables) await kind.sql(name, text, kind.shop)
  }
  async function writing(kind: DatabaseKind, name: string): Promise<AsyncDisposable> {
    const rows = `i=0; while [ ! -e /tmp/stop ]; do i=$((i+1)); echo "${kind.write}"; sleep 0.01; done`
    await cli('exec', '--detach', name, 'sh', '-c', `{ ${rows}; } | ${kind.client}; touch /tmp/stopped`)
    return {
      [Symbol.asyncDispose]: async () => {
        const wait = 'touch /tmp/stop; until [ -e /tmp/stopped ]; do sleep 0.1; done; rm /tmp/stop /tmp/stopped'
        await cli('exec', name, 'sh', '-c', wait)
      },
    }
  }
  const points = async (ref: string, store: string): Promise<readonly { readonly id: string }[]> =>
    JSON.parse((await sk('list', ref, '--from', store, '--json').ended).out).points ?? []
  const programs = async (name: string): Promise<readonly string[]> =>
    (await cli('top', name)).split('\n').filter((line) => line.includes('salvage-go'))
  const staged = (): readonly string[] => readdirSync(join(folder.path, 'state', 'staging'))

  beforeAll(async () => {
    engine = await privateDockerd(kinds.map(({ image }) => image))
    folder = temporaryDirectory()
    sk = salvageKit(folder.path, { DOCKER_HOST: engine.host, RESTIC_PASSWORD: 'restic-secret' })
    const all = kinds.flatMap((kind) => [kind.name, `${kind.name}2`].map((name) => ({ kind, name })))
    await Promise.all(all.map(({ kind, name }) => start(kind, name)))
    await Promise.all(kinds.map((kind) => fill(kind, kind.name)))
  })
  afterAll(async () => {
    await engine[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test.each(kinds)('$name: under writes, into another container and over what was changed since', async (kind) => {
    const { name } = kind
    const store = name === 'postgres' ? 'restic:repository' : 'archive:backups'
    const [ref, other] = [`dump:shop/${name}`, `dump:shop/${name}2`] as const
    {
      await using _writer = await writing(kind, name)
      await vi.waitFor(async () =>
        expect(await kind.sql(name, 'select count(*) > 9 from a', kind.shop)).toMatch(/^[t1]$/),
      )
      const run = await sk('run', ref, '--to', store, '--init').ended
      expect([run.code, run.out, run.err]).toEqual([0, expect.stringContaining('good'), expect.anything()])
    }
    const deep = await sk('verify', ref, '--from', store, '--deep').ended
    expect([deep.code, deep.out]).toEqual([0, expect.stringContaining(`whole, by ${name} of container ${name}`)])

    const into = await sk('restore', ref, '--from', store, '--to', other, '--yes', '--json').ended
    expect([into.code, into.err]).toEqual([0, ''])
    expect(eventsOf(into.out).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['lower.finished', 'load.started', 'load.finished', 'run.finished']),
    )
    const dumped = await sums(kind, `${name}2`)
    expect(await kind.sql(`${name}2`, kind.ledger, kind.shop)).toMatch(/^[t1]$/)
    expect(dumped[0]).toBe((await sums(kind, name))[0])

    await kind.sql(name, kind.change, kind.shop)
    expect(await sums(kind, name)).not.toEqual(dumped)
    const refused = await sk('restore', ref, '--from', store, '--in-place').ended
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--yes')])
    expect(refused.err).toMatch(/replaces what the dump has by the same name .*leaves tables/)
    const nowhere = await sk('restore', ref, '--from', store).ended
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('--in-place')])
    expect(await sums(kind, name)).not.toEqual(dumped)
    const back = await sk('restore', ref, '--from', store, '--in-place', '--yes').ended
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('good')])
    expect(await sums(kind, name)).toEqual(dumped)
    // What the dump does not know stays.
    expect(await kind.sql(name, 'select count(*) from later', kind.shop)).toBe('0')
    {
      await using _writer = await writing(kind, name)
      const under = await sk('restore', ref, '--from', store, '--in-place', '--yes').ended
      expect([under.code, under.err]).toEqual([0, expect.stringContaining('loaded in')])
    }
    const [same, a, b] = await sums(kind, name)
    expect([same, a]).toEqual([dumped[0], b])
    expect(staged()).toEqual([])
    const history = await sk('history', '--json').ended
    expect(history.out).toContain('restore')
    const kept = readdirSync(join(folder.path, 'state'), { withFileTypes: true }).filter((one) => one.isFile())
    expect(kept.length).toBeGreaterThan(0)
    for (const one of kept) expect(readFileSync(join(one.parentPath, one.name)).includes('second line')).toBe(false)
  })

  test('what is damaged, of another engine or of a newer server is refused, and nothing is touched', async () => {
    const before = await Promise.all(kinds.map((kind) => sums(kind, kind.name)))
    const crossed = await sk(
      'restore',
      'dump:shop/postgres',
      '--from',
      'restic:repository',
      '--to',
      'dump:shop/mariadb',
      '--yes',
      '--json',
    ).ended
    expect([crossed.code, codeOf(crossed)]).toEqual([1, 'DUMP.NO_DUMP'])

    const files = join(folder.path, 'files')
    await sk('restore', 'dump:shop/mariadb', '--from', 'archive:backups', '--to', `dir:${files}`).ended
    const [sql = ''] = readdirSync(files)
    const text = readFileSync(join(files, sql), 'utf8')
    const stored = async (content: string, store: string): Promise<string> => {
      writeFileSync(join(files, sql), content)
      expect((await sk('run', `dir:${files}`, '--to', store, '--init').ended).code).toBe(0)
      return (await points(`dir:${files}`, store))[0]?.id ?? ''
    }
    const newer = await stored(text.replace(/^(-- Server version\s+)10/m, '$199'), 'archive:newer')
    const cut = await stored(text.slice(0, -100), 'archive:cut')
    for (const [id, store, code] of [
      [newer, 'archive:newer', 'DUMP.SKEW'],
      [cut, 'archive:cut', 'DUMP.NOT_WHOLE'],
    ] as const) {
      const ended = await sk('restore', id, '--from', store, '--to', 'dump:shop/mariadb', '--yes', '--json').ended
      expect([ended.code, codeOf(ended)]).toEqual([1, code])
      expect(eventsOf(ended.out).map(({ type }) => type)).not.toContain('load.started')
    }

    const { out } = await sk('run', 'dump:shop/mariadb', '--to', 'archive:rotten', '--init', '--json').ended
    expect(out).toContain('lift.finished')
    const archive = readdirSync(join(folder.path, 'rotten'), { recursive: true, withFileTypes: true }).find(
      (one) => one.isFile() && /\.tar/.test(one.name) && !one.name.endsWith('.json'),
    )
    const path = join(archive?.parentPath ?? '', archive?.name ?? '')
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8((bytes.length / 2) | 0) ^ 255, (bytes.length / 2) | 0)
    writeFileSync(path, bytes)
    const damaged = await sk(
      'restore',
      'dump:shop/mariadb',
      '--from',
      'archive:rotten',
      '--in-place',
      '--yes',
      '--json',
    ).ended
    expect([damaged.code, codeOf(damaged)]).toEqual([1, 'ARCHIVE.DAMAGED'])
    expect((await sk('verify', 'dump:shop/mariadb', '--from', 'archive:rotten', '--deep').ended).code).toBe(1)
    expect(await Promise.all(kinds.map((kind) => sums(kind, kind.name)))).toEqual(before)
    expect(staged()).toEqual([])
  })

  test.each(kinds)('$name: killed while it loads, it is old or new after recover', async (kind) => {
    const { name } = kind
    const store = 'archive:kills'
    expect((await sk('run', `dump:shop/${name}`, '--to', store, '--init').ended).code).toBe(0)
    const fresh = await sums(kind, name)
    const seen = new Set<string>()
    for (let n = 0; n < KILLS; n += 1) {
      await kind.sql(name, kind.change.replace(/; create.*/, ''), kind.shop)
      const former = await sums(kind, name)
      expect(former).not.toEqual(fresh)
      const restoring = sk('restore', `dump:shop/${name}`, '--from', store, '--in-place', '--yes', '--json')
      let told = ''
      restoring.child.stdout?.on('data', (data: string) => (told += data))
      await vi.waitFor(() => expect(told).toContain('load.started'), { timeout: 60_000, interval: 5 })
      // A load takes about a second.
      await sleep(n === 0 ? 100 : randomInt(1500))
      // Who is asked to end settles what it began itself.
      restoring.child.kill(n === 1 ? 'SIGINT' : 'SIGKILL')
      const { code } = await restoring.ended
      if (n === 1) expect([0, 130]).toContain(code)
      const recovered = await sk('recover', '--json').ended
      expect(recovered.code, recovered.out + recovered.err).toBe(0)
      const after = await sums(kind, name)
      seen.add(after.join() === fresh.join() ? 'new' : 'old')
      expect([former, fresh]).toContainEqual(after)
      expect(await programs(name)).toEqual([])
      expect(staged()).toEqual([])
      if (kind === mariadb)
        expect(
          await kind.sql(name, "select count(*) from information_schema.schemata where schema_name like 'salvage%'"),
        ).toBe('0')
    }
    expect(seen).toContain('old')
    const again = await sk('restore', `dump:shop/${name}`, '--from', store, '--in-place', '--yes').ended
    expect(again.code).toBe(0)
    expect(await sums(kind, name)).toEqual(fresh)
  })

  test('a dump is proven by itself where its database does not run', async () => {
    await cli('stop', '--time=1', 'mariadb', 'postgres')
    const maria = await sk('verify', 'dump:shop/mariadb', '--from', 'archive:kills', '--deep').ended
    expect([maria.code, maria.out]).toEqual([0, expect.stringContaining('its format')])
    const post = await sk('verify', 'dump:shop/postgres', '--from', 'archive:kills', '--deep').ended
    expect([post.code, post.out]).toEqual([0, expect.stringContaining('bytes alone')])
    const into = await sk('restore', 'dump:shop/mariadb', '--from', 'archive:kills', '--in-place', '--yes').ended
    expect([into.code, into.err]).toEqual([expect.any(Number), expect.stringContaining('it is exited')])
    expect(into.code).not.toBe(0)
    expect(staged()).toEqual([])
  })
})

/** Why a target failed, in the events of `--json`. */
function codeOf({ out }: { readonly out: string }): unknown {
  const found = eventsOf(out).find(({ type }) => type === 'target.failed')
  return JSON.parse(JSON.stringify(found?.['finding'] ?? {})).code
}

/** What all tables hold, in short. */
async function sums(kind: DatabaseKind, name: string): Promise<readonly string[]> {
  return Promise.all(kind.sums.map((text) => kind.sql(name, text, kind.shop).catch(() => 'gone')))
}
