import { randomBytes } from 'node:crypto'
import { memoryCatalog, memoryJournal, memoryLocks, newRunId, restore } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jobCrane, jobStore } from '../../../src/crane/job-crane.ts'
import { DISCOVERY_PERMISSIONS, EXCHANGE_PERMISSIONS, kubernetes, roleFor } from '../../../src/index.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { liftId, openYard } from '../crane/yard.ts'
import type { Yard } from '../crane/yard.ts'
import { options } from '../snapshot/cut.ts'
import { CLASS } from './tenancy.ts'

const READY = part('kubernetes').available && part('crane-images').available

describe.skipIf(!READY)('an archive of a crane Job', () => {
  let yard: Yard
  beforeAll(async () => {
    yard = await openYard()
    const { namespace, kubernetes: cluster } = yard.tenant
    const subject = { kind: 'ServiceAccount', name: 'cranes' } as const
    const wanted = [...EXCHANGE_PERMISSIONS, ...DISCOVERY_PERMISSIONS]
    await cluster.apply(roleFor(wanted, { namespace, subject, name: 'exchange' }))
  })
  afterAll(async () => yard?.[Symbol.asyncDispose]())

  it('is lowered beside, cut, and becomes the claim under its name', async () => {
    const { namespace, newClaim, write, read, admin, leftovers } = yard.tenant
    const source = await newClaim()
    const target = `k8s:${namespace}/${source.name}` as const
    const text = randomBytes(50_000).toString('hex')
    await write(source, text)
    const cranes = { it: yard.settings }
    const crane = jobCrane(yard.cluster, { cranes, machine: 'test' })
    const store = jobStore('it', namespace)
    await crane.preflight(store, [source], { ...options, init: true })
    const ref = { id: liftId(), runId: 'run', target, store, at: '2026-11-21T08:00:00.000Z', machine: 'test' }
    const { point } = await crane.lift(ref, source, options)
    await write(source, 'what nobody wants')
    const uidOf = async (): Promise<string | undefined> =>
      (await admin.get(KINDS.claim, { namespace, name: source.name }, options))?.metadata.uid
    const before = await uidOf()
    const rig: Rig = {
      backends: [kubernetes(yard.cluster, { namespaces: [namespace], snapshotClass: CLASS, cranes, machine: 'test' })],
      journal: memoryJournal(),
      catalog: memoryCatalog(),
      locks: memoryLocks(),
      report: () => undefined,
      now: () => new Date(),
    }
    const runId = newRunId(new Date(), randomBytes(3).toString('hex'))
    const report = await restore(rig, { runId, point, store, to: target, inPlace: true, maxHoldMs: 120_000 })
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect(await read(source)).toBe(text)
    expect(await uidOf()).not.toBe(before)
    expect(await leftovers()).toEqual([])
    expect(await yard.leftovers()).toEqual([])
  })
})
