import { SalvageError } from '@salvage-kit/core'
import { dumpContract } from '@salvage-kit/core/testing'
import { expect, test } from 'vitest'
import { rancherV1 } from '../src/index.ts'
import type { DumpJob } from '../src/index.ts'
import type { JobResult } from './backend/fake-jobs.ts'
import { yard } from './backend/yard.ts'
import { world } from './simulator/small-world.ts'

const LARGE = `-- MariaDB dump 10.19\n${'INSERT INTO t VALUES (1);\n'.repeat(40_000)}`
const END = '-- Dump completed on 2026-11-22  5:00:00\n'

/** What the job of the database of this name leaves. */
function left({ commands }: DumpJob): JobResult {
  const name = commands[0]?.argv.at(-1)
  if (name === 'before') return new SalvageError('DUMP.JOB_FAILED', 'command 1 of 1 failed, with status 2')
  if (name === 'empty') return { 'all.dump': '' }
  return { 'all.dump': name === 'cut' ? LARGE : `${LARGE}${END}` }
}

const NAMES = ['whole', 'before', 'cut', 'empty']

dumpContract('rancher', async () => {
  const services = NAMES.map((name, at) => ({
    id: at + 1,
    name,
    image: 'docker:mariadb:10',
    env: { MARIADB_DATABASE: name, MARIADB_ROOT_PASSWORD: 'x' },
  }))
  const y = await yard(world(services), { result: left })
  const { dumps } = rancherV1(y.options)
  if (dumps === undefined) throw new Error('no dumps')
  const failing = ['before', 'cut', 'empty'].map(
    async (name) => [name, (await y.item(`rancher:app/${name}`)).token] as const,
  )
  return {
    opener: dumps,
    whole: (await y.item('rancher:app/whole')).token,
    failing: Object.fromEntries(await Promise.all(failing)),
    left: async () => Promise.resolve(y.jobs.open() === 0 ? [] : [`${String(y.jobs.open())} jobs`]),
    proves: (name, content) => {
      expect([name, content.toString().endsWith(END)]).toEqual(['all.dump', true])
    },
    [Symbol.asyncDispose]: () => y[Symbol.asyncDispose](),
  }
})

test('a survey is plain data, the same twice, with no workload, and nothing is read after an abort', async () => {
  await using y = await yard(world([{ image: 'docker:postgres:9.6' }]))
  const { discovery } = rancherV1(y.options)
  const signal = new AbortController().signal
  const first = await discovery?.survey({ signal })
  expect(JSON.parse(JSON.stringify(first))).toEqual(first)
  expect(first).toMatchObject({ workloads: [], targets: [{ ref: 'rancher:app' }, { ref: 'rancher:app/db' }] })
  expect(first?.targets[1]).toMatchObject({ project: 'app', source: { medium: 'stream', backend: 'rancher' } })
  expect(await discovery?.survey({ signal })).toEqual(first)
  const before = y.simulator.requests.length
  await expect(discovery?.survey({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  expect(y.simulator.requests.length).toBe(before)
})
