import { mkdirSync } from 'node:fs'
import { directoryOf } from '@salvage-kit/core'
import { craneContract } from '@salvage-kit/core/testing'
import { part } from '@salvage-kit/testbed'
import { describe, expect } from 'vitest'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'
import { duplicityYard, listing } from './duplicity-yard.ts'

describe.skipIf(!part('duplicity').available)('duplicity', () => {
  for (const target of [undefined, 'dir:/srv/contract'] as const)
    craneContract(target === undefined ? 'duplicity' : 'duplicity, chains without a prefix', async () => {
      const yard = duplicityYard({ encryption: 'none', ...(target === undefined ? {} : { target }) })
      return {
        crane: yard.crane,
        again: () => duplicityCrane(yard.state),
        store: yard.store,
        source: yard.source,
        destination: async () => {
          const path = yard.at('destination')
          mkdirSync(path)
          return { medium: 'directory', path }
        },
        compare: async (source, destination) =>
          expect(listing(directoryOf(destination) ?? '')).toBe(listing(directoryOf(source) ?? '')),
        leftovers: async () => yard.leftovers(),
        [Symbol.asyncDispose]: async () => yard[Symbol.dispose](),
      }
    })
})
