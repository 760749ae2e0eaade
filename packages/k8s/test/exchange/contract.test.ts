import { exchangerContract } from '@salvage-kit/core/testing'
import { claimOf } from '../../src/snapshot/claim-of.ts'
import { claimWorld } from './world.ts'

for (const kind of ['csi', 'archive'] as const)
  exchangerContract(`claims, from ${kind === 'csi' ? 'a snapshot' : 'an archive'}`, async () => {
    const world = claimWorld()
    return {
      exchanger: world.exchanger(),
      again: () => world.exchanger(),
      source: world.source,
      from: world.from(kind),
      lower: async (place) => world.write(claimOf(place), 'fresh'),
      read: async () => world.read() ?? '',
      leftovers: async () => world.leftovers(),
      async [Symbol.asyncDispose]() {},
    }
  })
