import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Json, StoredDump } from '@salvage-kit/core'
import { loaderContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { dockerDumps } from '../../src/dump/docker-dumps.ts'
import { dockerLoader } from '../../src/dump/docker-loader.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'

const KINDS = {
  postgres: {
    image: 'salvage-test/postgres',
    client: ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'shop', '-c'],
    server: ['psql', '-XAtq', '-d', 'postgres', '-c'],
    rows: 'from generate_series(1, 5000) g',
    // The version of the server stands in the head of the archive.
    newer: (content: Buffer) => Buffer.from(content.toString('latin1').replaceAll('15.', '99.'), 'latin1'),
  },
  mariadb: {
    image: 'salvage-test/mariadb',
    client: ['mariadb', '-BN', 'shop', '-e'],
    server: ['mariadb', '-BN', 'mysql', '-e'],
    rows: 'from (select seq g from seq_1_to_5000) s',
    newer: (content: Buffer) =>
      Buffer.from(content.toString('latin1').replace(/^(-- Server version\s+)10/m, '$199'), 'latin1'),
  },
} as const

const stored = (name: string, content: Buffer): StoredDump => ({ name, open: () => Readable.from([content]) })

describe.skipIf(!DOCKER)('loaders on a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench(...Object.values(KINDS).map(({ image }) => image))
    await on.app('down', '--label=salvage.dump=postgres')
    await on.cli('stop', 'down')
    await on.app('beside', '--label=salvage.dump=etcd')
  }, 180_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const tokenOf = async (name: string): Promise<Json> => ({
    version: 1,
    container: (await on.engine.inspectContainer(name, calm()))?.id ?? name,
    name,
  })

  describe.each(['postgres', 'mariadb'] as const)('of %s', (kind) => {
    const { image, client, server, rows, newer } = KINDS[kind]
    let files: readonly StoredDump[] = []
    let token: Json

    const sql = (text: string): Promise<string> => on.cli('exec', kind, ...client, text)
    const content = new Map<string, Buffer>()
    const fill = async (word: string): Promise<void> => {
      await sql('drop table if exists t')
      await sql(`create table t as select g id, '${word}' x ${rows}`)
    }

    beforeAll(async () => {
      const labels = [`--label=salvage.dump=${kind}`, '--label=salvage.dump.database=shop']
      await on.cli('run', '--detach', '--network=none', `--name=${kind}`, ...labels, image)
      await vi.waitFor(async () => on.cli('exec', kind, ...server, 'select 1'), { timeout: 60_000, interval: 200 })
      await on.cli('exec', kind, ...server, 'create database shop')
      await fill('fresh')
      token = await tokenOf(kind)
      for await (const file of dockerDumps(on.engine).open(token, calm())) {
        content.set(file.name, Buffer.from(await buffer(file.content)))
        await file.whole
      }
      files = [...content].map(([name, bytes]) => stored(name, bytes))
      await on.app(`empty-${kind}`, `--label=salvage.dump=${kind}`)
    }, 180_000)

    loaderContract(kind, async () => {
      await fill('former')
      const changed = (change: (bytes: Buffer) => Buffer): readonly StoredDump[] =>
        [...content].map(([name, bytes]) => stored(name, change(bytes)))
      return {
        loader: dockerLoader(on.engine),
        again: () => dockerLoader(on.engine),
        token,
        unready: {
          'it is down': await tokenOf('down'),
          'it is gone': await tokenOf('gone'),
          'it is restored beside': await tokenOf('beside'),
          'it has no tools': await tokenOf(`empty-${kind}`),
        },
        files,
        refused: {
          'DUMP.NO_DUMP': [...files, stored('redis.rdb', Buffer.from('REDIS0009'))],
          'DUMP.NOT_WHOLE': changed((bytes) => bytes.subarray(0, -30)),
          'DUMP.SKEW': changed(newer),
        },
        read: async () => sql('select min(x) from t where (select count(*) from t) = 5000 having min(x) = max(x)'),
        left: async () => {
          const running = (await on.cli('top', kind)).split('\n').filter((line) => line.includes('salvage-go'))
          const databases =
            kind === 'mariadb'
              ? await on.cli('exec', kind, ...server, "show databases like 'salvage%'")
              : await on.cli('exec', kind, ...server, "select datname from pg_database where datname like 'salvage%'")
          return [...running, ...databases.split('\n').filter(Boolean)]
        },
        [Symbol.asyncDispose]: async () => undefined,
      }
    })

    test('a load is settled where its container is gone, and waits for one that is down and has something to mend', async () => {
      const loader = dockerLoader(on.engine)
      const { token: loading } = await loader.check(token, files, calm())
      const gone = { version: 1, container: 'nobody', name: 'nobody', word: 'ab'.repeat(12), files: [] }
      await loader.settle(gone, calm())
      // A frozen load goes on when its container thaws.
      await on.cli('pause', kind)
      const frozen = loader.settle(loading, calm())
      await expect(frozen).rejects.toMatchObject({
        code: 'DUMP.NOT_RUNNING',
        hint: expect.stringMatching(/^unpause it/),
      })
      await on.cli('unpause', kind)
      await on.cli('stop', '--time=2', kind)
      if (kind === 'postgres') await loader.settle(loading, calm())
      else await expect(loader.settle(loading, calm())).rejects.toMatchObject({ code: 'DUMP.NOT_RUNNING' })
      await on.cli('start', kind)
      // It answers when it has risen.
      await loader.settle(loading, calm())
    })
  })
})
