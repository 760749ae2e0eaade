import { craneContract } from '@salvage-kit/core/testing'
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
})
