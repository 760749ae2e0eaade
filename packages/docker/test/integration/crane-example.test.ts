import { join } from 'node:path'
import { command } from '@salvage-kit/testbed'
import { craneContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { DOCKER, IMAGE } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { craneYard } from '../crane-yard.ts'
import { STORE } from '../crane2-words.ts'

const EXAMPLE = join(import.meta.dirname, '../../../../examples/crane')

/* What docs/crane-contract.md shows for writing one's own. */
describe.skipIf(!DOCKER)('the crane of the examples', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
    await on.cli('tag', IMAGE, 'busybox')
    await on.cli('build', '--quiet', '--network=none', '--tag=example/crane', EXAMPLE)
  }, 120_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  craneContract('the example', async () => ({
    crane: on.crane2({ image: 'example/crane' }),
    again: () => on.crane2({ image: 'example/crane' }),
    store: STORE,
    source: await on.volume('contract', { file: 'content', 'deep/er/file': 'more' }),
    destination: () => on.volume('restored'),
    compare: async () => {
      const paths = await on.cli('volume', 'inspect', '--format={{.Mountpoint}}', 'contract', 'restored')
      await command('diff', ['--recursive', ...paths.split('\n')])
    },
    leftovers: async () => on.vessels(),
    [Symbol.asyncDispose]: () => on.clean(),
  }))
})
