import { craneContract } from '@salvage-kit/core/testing'
import { command } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe } from 'vitest'
import { craneStore } from '../../src/crane/container-crane.ts'
import { DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneYard } from '../crane-yard.ts'

describe.skipIf(!DOCKER)('the container crane', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  craneContract(
    'container',
    async () => ({
      crane: on.crane(),
      again: () => on.crane(),
      store: craneStore('c'),
      source: await on.volume('contract', { file: 'content' }),
      leftovers: async () => on.vessels(),
      [Symbol.asyncDispose]: () => on.clean(),
    }),
    { restores: false },
  )

  craneContract('container, version 2', async () => ({
    crane: on.crane2(),
    again: () => on.crane2(),
    store: craneStore('c'),
    source: await on.volume('contract', { file: 'content', 'deep/er/file': 'more' }),
    destination: () => on.volume('restored'),
    compare: async (source, destination) => {
      if (source.medium !== 'docker-volume' || destination.medium !== 'docker-volume') throw new Error('no volumes')
      await command('diff', ['--recursive', must(source.hostPath), must(destination.hostPath)])
    },
    leftovers: async () => on.vessels(),
    [Symbol.asyncDispose]: () => on.clean(),
  }))
})

function must(path: string | undefined): string {
  if (path === undefined) throw new Error('its content cannot be seen')
  return path
}
