import { auditEvents, part } from '@salvage-kit/testbed'
import type { Store } from '@salvage-kit/core'
import { keeperContract, provisionerContract, snapshotterContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { claimProvisioner } from '../../../src/provision/claim-provisioner.ts'
import { placeOf } from '../../../src/provision/place.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { options } from './cut.ts'
import { cutSuite } from './cuts.ts'
import { stormSuite } from './storms.ts'
import { newTenant, type Tenant } from './tenant.ts'

const store: Store = { ref: 'csi:here', crane: 'csi', settings: { retain: { by: 'tiers' } } }
const event = z.object({
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ resource: z.string().optional(), namespace: z.string().optional() }).optional(),
})

describe.skipIf(!part('kubernetes').available)('as a tenant of a namespace', () => {
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await newTenant()
  })
  afterAll(async () => tenant?.[Symbol.asyncDispose]())

  const make = (): ReturnType<typeof csiSnapshotter> =>
    csiSnapshotter(tenant.cluster, { namespaces: [tenant.namespace], class: 'csi-hostpath-snapclass' })
  const provisioner = (): ReturnType<typeof claimProvisioner> =>
    claimProvisioner(tenant.cluster, { defaults: { size: '1Gi' } })

  const fixture = async () => {
    const source = await tenant.newClaim()
    return {
      snapshotter: make(),
      again: make,
      store,
      source,
      ofNoMachine: true as const,
      write: async (text: string) => tenant.write(source, text),
      read: tenant.read,
      leftovers: tenant.leftovers,
      places: { provisioner: provisioner(), free: `k8s:${tenant.namespace}/place` as const },
      [Symbol.asyncDispose]: tenant.removeAll,
    }
  }
  // No rights for groups: those that are cut together have a suite of their own.
  snapshotterContract('csi', async () => ({ ...(await fixture()), alone: true as const }))
  keeperContract('csi', fixture)

  provisionerContract('claims', async () => {
    const { name } = await tenant.newClaim()
    return {
      provisioner: provisioner(),
      again: provisioner,
      free: `k8s:${tenant.namespace}/free`,
      occupied: `k8s:${tenant.namespace}/${name}`,
      exists: async (ref) => (await tenant.admin.get(KINDS.claim, placeOf(ref), options)) !== undefined,
      fill: async (source) => tenant.write(source, 'something'),
      [Symbol.asyncDispose]: tenant.removeAll,
    }
  })

  cutSuite(() => tenant)
  stormSuite(() => tenant)

  it('asked for nothing outside of the namespace but what it may do', () => {
    const log = tenant.kubernetes.machinery?.auditLog
    if (log === undefined) return
    const asked = auditEvents(log).map((line) => event.parse(line))
    const own = asked.filter(({ user }) => user.username === `system:serviceaccount:${tenant.account}`)
    expect(own.length).toBeGreaterThan(100)
    const outside = own.filter(({ objectRef }) => objectRef?.namespace !== tenant.namespace)
    expect([...new Set(outside.map(({ verb, requestURI }) => `${verb} ${requestURI}`))].toSorted()).toEqual([
      'create /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      'create /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    ])
  })
})
