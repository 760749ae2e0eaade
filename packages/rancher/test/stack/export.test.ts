import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { cattle, cattleAddress, exportStacks, inventory, writeStack } from '../../src/index.ts'
import type { StackExport } from '../../src/index.ts'
import { startSimulator } from '../simulator/server.ts'
import type { SimulatorOptions } from '../simulator/server.ts'
import type { WorldInput } from '../simulator/world.ts'

type Stacks = WorldInput['projects'][number]['stacks']
const COMPOSE = {
  docker: "version: '2'\r\nservices:\r\n  db:\r\n    environment:\r\n      P: naïve 🐘 $$x\r\n",
  rancher: "version: '2'\r\n",
}
const PATIENCE = { connectMs: 2000, requestMs: 5000, attempts: 3, firstWaitMs: 5 }
const { signal } = new AbortController()

async function exported(stacks: Stacks, options: SimulatorOptions = {}): Promise<readonly StackExport[]> {
  await using simulator = await startSimulator({ projects: [{ id: '1a5', name: 'Default', stacks }] }, options)
  await using api = cattle(cattleAddress(`${simulator.origin}/v1/projects/1a5`), { patience: PATIENCE })
  const environment = { id: '1a5' }
  return await exportStacks(api, environment, (await inventory(api, environment, { signal })).stacks, { signal })
}

test('130 stacks, each as the server wrote it', async () => {
  const stacks = Array.from({ length: 130 }, (_, at) => ({
    id: `1st${String(at)}`,
    name: `s${String(at)}`,
    compose: COMPOSE,
  }))
  const all = await exported(stacks)
  expect(all).toHaveLength(130)
  expect(all.every(({ files }) => files?.['docker-compose.yml'] === COMPOSE.docker)).toBe(true)
})

test('what cannot be exported is told, and stops nobody', async () => {
  const all = await exported(
    [
      { id: '1st1', name: 'ill', compose: COMPOSE },
      { id: '1st2', name: 'going', state: 'removing' },
      { id: '1st3', name: 'system', system: true, compose: COMPOSE },
      { id: '1st4', name: 'kube', type: 'kubernetesStack', compose: COMPOSE },
      { id: '1st5', name: 'busy', compose: COMPOSE },
      { id: '1st6', name: 'cut', compose: COMPOSE },
      { id: '1st7', name: 'well', compose: COMPOSE },
    ],
    {
      faults: [
        { path: '1st1/?action=exportconfig', what: { kind: 'status', status: 500 } },
        { path: '1st5/?action=exportconfig', times: 2, what: { kind: 'status', status: 409 } },
        { path: '1st6/?action=exportconfig', what: { kind: 'truncated' } },
      ],
    },
  )
  expect(all.map(({ name, files, finding, left }) => [name, files !== undefined, finding?.code, left])).toEqual([
    ['ill', false, 'RANCHER.REFUSED', undefined],
    ['going', false, 'RANCHER.NO_EXPORT', true],
    ['system', false, 'RANCHER.NO_EXPORT', true],
    ['kube', false, 'RANCHER.NO_EXPORT', true],
    ['busy', true, undefined, undefined],
    ['cut', false, 'RANCHER.ANSWER', undefined],
    ['well', true, undefined, undefined],
  ])
})

test('files are byte for byte the texts, for their owner only, and replace those of before', async () => {
  using folder = temporaryDirectory()
  const [one] = await exported([{ id: '1st1', name: 'app', compose: COMPOSE }])
  if (one === undefined) throw new Error('none')
  await writeStack(one, folder.path)
  writeFileSync(join(folder.path, 'app', 'docker-compose.yml'), 'old and much longer'.repeat(100))
  await writeStack(one, folder.path)
  expect(readdirSync(join(folder.path, 'app')).toSorted()).toEqual(['docker-compose.yml', 'rancher-compose.yml'])
  const file = join(folder.path, 'app', 'docker-compose.yml')
  expect(readFileSync(file).equals(Buffer.from(COMPOSE.docker))).toBe(true)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(join(folder.path, 'app')).mode & 0o777).toString(8)).toBe('700')
})

test.each(['..', '.', 'a/b', ''])('a stack called %j gets no folder', async (name) => {
  using folder = temporaryDirectory()
  const files = { 'docker-compose.yml': 'x', 'rancher-compose.yml': 'y' }
  await expect(writeStack({ ref: 'rancher:x', name, files }, join(folder.path, 'in'))).rejects.toMatchObject({
    code: 'RANCHER.NAME',
  })
  expect(readdirSync(folder.path)).toEqual([])
})

test('an abort stops between stacks', async () => {
  const controller = new AbortController()
  controller.abort(new Error('enough'))
  const stacks = [{ id: '1st1', type: 'stack', name: 'app', state: 'active', actions: {} }]
  await using api = cattle(cattleAddress('http://127.0.0.1:9'), { patience: PATIENCE })
  await expect(exportStacks(api, {}, stacks, { signal: controller.signal })).rejects.toThrow('enough')
})
