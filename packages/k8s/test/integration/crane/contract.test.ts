import { onRequest, part } from '@salvage-kit/testbed'
import type { ClaimSource } from '@salvage-kit/core'
import { craneContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { claimSourceOf } from '../../../src/crane/claims.ts'
import { jobCrane, jobStore } from '../../../src/crane/job-crane.ts'
import { openYard, type Yard } from './yard.ts'

/** Minutes: the same contract is run on a cluster in memory each time. */
const WANTED = onRequest('SALVAGE_CRANE_JOBS')
const READY = WANTED && part('kubernetes').available && part('crane-images').available

describe.skipIf(!READY)('restic as Jobs', () => {
  let yard: Yard
  let source: ClaimSource
  let count = 0
  beforeAll(async () => {
    yard = await openYard()
    source = await yard.newClaimElsewhere('data', 'csi-hostpath-sc')
    await yard.tenant.write(source, 'what was cut')
  })
  afterAll(async () => yard?.[Symbol.asyncDispose]())

  craneContract('job, restic', async () => {
    count += 1
    const env = { RESTIC_REPOSITORY: `/repository/restic-${String(count)}` }
    const make = () =>
      jobCrane(yard.cluster, { cranes: { it: { ...yard.settings, env, user: 'root' } }, machine: 'contract' })
    return {
      crane: make(),
      again: make,
      store: jobStore('it', yard.elsewhere),
      source,
      destination: async () => yard.newClaimElsewhere(`place-${String(count)}`),
      compare: async (...sources) => {
        for (const one of sources) expect(await yard.tenant.read(claimSourceOf(one))).toBe('what was cut')
      },
      leftovers: yard.leftovers,
      [Symbol.asyncDispose]: async () => {},
    }
  })
})
