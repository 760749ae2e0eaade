import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe } from 'vitest'
import { checkSuite } from './ns-check-suite.ts'
import { createSuite } from './ns-create-suite.ts'
import { retainSuite } from './ns-retain-suite.ts'
import { snapshotSuite } from './ns-snapshot-suite.ts'
import { nsWorld } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

describe.skipIf(!part('kubernetes-api').available)('the verbs of namespaces on a real API server', () => {
  let world: NsWorld
  beforeAll(async () => {
    world = await nsWorld()
  })
  afterAll(async () => world?.[Symbol.asyncDispose]())

  createSuite(() => world)
  checkSuite(() => world)
  snapshotSuite(() => world)
  retainSuite(() => world)
})
