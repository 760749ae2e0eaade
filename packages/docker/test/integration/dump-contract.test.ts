import { dumpContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { surveyEngine } from '../../src/discovery/survey.ts'
import { docker } from '../../src/docker.ts'
import { dockerDumps } from '../../src/dump/docker-dumps.ts'
import { dockerJobs } from '../../src/job/job-port.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const POSTGRES = 'salvage-test/postgres'
const BIN = '/usr/lib/postgresql/15/bin'
/** What stands in the place of `pg_dump`. */
const BROKEN = {
  middle: '"$0.real" "$@" | head -c 300000; exit 1',
  end: '"$0.real" "$@"; exit 1',
  short: '"$0.real" "$@" | head -c 300000; exit 0',
  stuck: '"$0.real" "$@" | head -c 300000; kill -9 $PPID',
} as const

const compose = (number: string): string[] => [
  '--label=com.docker.compose.project=p1',
  '--label=com.docker.compose.service=db',
  `--label=com.docker.compose.container-number=${number}`,
]

describe.skipIf(!DOCKER)('dumps on a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench(POSTGRES)
    for (const name of ['whole', ...Object.keys(BROKEN)]) await postgres(name, 'shop')
    await postgres('before', 'nobody')
    for (const [name, script] of Object.entries(BROKEN)) {
      await on.cli('exec', '--user=root', name, 'mv', `${BIN}/pg_dump`, `${BIN}/pg_dump.real`)
      const write = `printf '%s\\n' '#!/bin/sh' '${script}' > ${BIN}/pg_dump && chmod 755 ${BIN}/pg_dump`
      await on.cli('exec', '--user=root', name, 'sh', '-c', write)
    }
  }, 180_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function postgres(name: string, database: string): Promise<void> {
    const labels = ['--label=salvage.dump=auto', `--label=salvage.dump.database=${database}`]
    await on.cli('run', '--detach', '--network=none', `--name=${name}`, ...labels, POSTGRES)
    const sql = async (of: string, text: string): Promise<string> =>
      on.cli('exec', name, 'psql', '-XAtq', '-d', of, '-c', text)
    await vi.waitFor(async () => expect(await sql('postgres', 'select 1')).toBe('1'), { timeout: 60_000 })
    await sql('postgres', 'create database shop')
    await sql('shop', 'create table t as select md5(g::text) x from generate_series(1, 60000) g')
  }
  const tokenOf = async (name: string): Promise<{ version: 1; container: string; name: string }> => ({
    version: 1,
    container: (await on.engine.inspectContainer(name, calm()))?.id ?? '',
    name,
  })

  dumpContract('docker', async () => ({
    opener: dockerDumps(on.engine),
    whole: await tokenOf('whole'),
    failing: Object.fromEntries(
      await Promise.all(['before', ...Object.keys(BROKEN)].map(async (name) => [name, await tokenOf(name)] as const)),
    ),
    async left() {
      const found: string[] = []
      for (const name of ['whole', 'before', ...Object.keys(BROKEN)])
        found.push(
          ...(await on.cli('top', name)).split('\n').filter((line) => /pg_dump|salvage-go|pg_restore/.test(line)),
        )
      return found
    },
    [Symbol.asyncDispose]: async () => {},
  }))

  const TARGET = '/dump'
  const scripts: Readonly<Record<string, readonly string[]>> = {
    whole: ['head -c 3000000 /dev/urandom > /dump/a', 'echo b > /dump/b'],
    before: ['exit 1'],
    second: ['echo a > /dump/a', 'echo b > /dump/b; exit 3'],
    folder: ['mkdir /dump/d'],
  }
  dumpContract('jobs', async () => ({
    opener: {
      open: (token, { signal }) => {
        const commands = (scripts[typeof token === 'string' ? token : ''] ?? []).map((script) => ({
          argv: ['sh', '-c', script],
          environment: {},
        }))
        return dockerJobs(on.engine, { network: 'none' }).run(
          { image: IMAGE, environment: {}, commands },
          { signal, targetDirectory: TARGET },
        )
      },
    },
    whole: 'whole',
    failing: { before: 'before', second: 'second', folder: 'folder' },
    left: async () =>
      [
        await on.cli('ps', '--all', '--quiet', '--filter=label=salvage-kit.job'),
        await on.cli('volume', 'ls', '--quiet', '--filter=label=salvage-kit.job'),
      ].filter(Boolean),
    [Symbol.asyncDispose]: async () => {},
  }))

  test('a survey gives databases that run as targets, by compose service or name, and problems for those that do not', async () => {
    const dumped = ['--label=salvage.dump=postgres', '--label=salvage.dump.tide=a, b']
    await on.app('p1-db-1', ...compose('1'), ...dumped)
    await on.app('p1-db-2', ...compose('2'), ...dumped)
    await on.app('down', ...dumped)
    await on.cli('stop', 'down')
    const { targets, problems } = await surveyEngine(on.engine, calm())
    const own = targets.filter(({ ref }) => ref.startsWith('dump:p1') || ref === 'dump:down' || ref === 'dump:whole')
    expect(own).toEqual([
      {
        ref: 'dump:p1/db',
        source: { medium: 'stream', backend: 'docker', token: await tokenOf('p1-db-1'), several: true },
        project: 'p1',
        tides: ['a', 'b'],
      },
      expect.objectContaining({ ref: 'dump:p1/db/2' }),
      { ref: 'dump:whole', source: { medium: 'stream', backend: 'docker', token: await tokenOf('whole') }, tides: [] },
    ])
    expect(problems).toMatchObject(
      ['a', 'b'].map((tide) => ({
        code: 'DUMP.NOT_RUNNING',
        target: 'dump:down',
        tide,
        hint: expect.stringMatching(/^`docker start down`/),
      })),
    )
    await on.cli('rm', '--force', 'p1-db-1', 'p1-db-2', 'down')
  })

  test('a container that was made anew is not the one that was looked at', async () => {
    await on.app('anew', '--label=salvage.dump=postgres')
    const source = { medium: 'stream', backend: 'docker', token: await tokenOf('anew') } as const
    const { discovery, dumps } = docker({ engine: on.engine })
    await discovery?.confirm?.(source, calm())
    await on.cli('rm', '--force', 'anew')
    await on.app('anew', '--label=salvage.dump=postgres')
    await expect(discovery?.confirm?.(source, calm())).rejects.toMatchObject({ code: 'DUMP.CHANGED' })
    await expect(Array.fromAsync(dumps?.open(source.token, calm()) ?? [])).rejects.toMatchObject({
      code: 'DUMP.CHANGED',
    })
    await discovery?.confirm?.({ ...source, backend: 'other' }, calm())
    await on.cli('rm', '--force', 'anew')
  })
})
