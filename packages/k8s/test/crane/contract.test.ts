import { craneContract } from '@salvage-kit/core/testing'
import { expect } from 'vitest'
import { claimSourceOf } from '../../src/crane/claims.ts'
import { jobCrane, jobStore } from '../../src/crane/job-crane.ts'
import type { JobCraneSettings } from '../../src/crane/settings.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { memoryImage } from './memory-image.ts'
import { jobWorld } from './world.ts'

const cranes: Readonly<Record<string, JobCraneSettings>> = {
  both: { image: 'image', contract2: { actions: ['lift', 'lower', 'list', 'check', 'forget'] } },
  writes: { image: 'image' },
}

const fixture = (name: string) => async () => {
  const image = memoryImage()
  const { cluster, fake, newClaim } = jobWorld((found) =>
    found.env['SALVAGE_CONTRACT'] === undefined ? {} : image.run(found),
  )
  newClaim('data')
  image.claims.set('ns/data', 'content')
  const make = () => jobCrane(cluster, { cranes, machine: 'contract' })
  let count = 0
  return {
    crane: make(),
    again: make,
    store: jobStore(name, 'ns'),
    source: { medium: 'pvc', namespace: 'ns', name: 'data' } as const,
    destination: async () => {
      count += 1
      const { metadata } = newClaim(`place-${String(count)}`, 'elsewhere')
      return { medium: 'pvc', namespace: 'elsewhere', name: metadata.name } as const
    },
    compare: async (...sources: Parameters<typeof claimSourceOf>[0][]) => {
      const contents = sources.map(claimSourceOf).map((one) => image.claims.get(`${one.namespace}/${one.name}`))
      expect(contents).toEqual(['content', 'content'])
    },
    leftovers: async () => [...fake.all(KINDS.job), ...fake.all(KINDS.pod)].map(({ metadata }) => metadata.name),
    [Symbol.asyncDispose]: async () => {},
  }
}

craneContract('job, version 2', fixture('both'))
craneContract('job, version 1', fixture('writes'), { restores: false })
