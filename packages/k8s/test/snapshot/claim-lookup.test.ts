import type { ClaimSource } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import { KINDS } from '../../src/resource/kind.ts'
import { claimLookup } from '../../src/snapshot/claim-lookup.ts'
import { isSettled, seenClaim } from '../../src/snapshot/probe.ts'
import type { FakeCluster } from '../fake-cluster.ts'
import { fakeCluster, forbidden } from '../fake-cluster.ts'

const options = { signal: new AbortController().signal }
const COUNT = 40

function at(n: number): ClaimSource {
  return { medium: 'pvc', namespace: 'ns', name: `data-${String(n)}` }
}

function crowd(): FakeCluster {
  const cluster = fakeCluster('ns')
  for (let n = 0; n < COUNT; n += 1) claim(cluster, n, n === 7 ? 'Pending' : 'Bound')
  return cluster
}

function claim(cluster: FakeCluster, n: number, phase: string): string {
  const { namespace, name } = at(n)
  const metadata = { namespace, name }
  const resource = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: {}, status: { phase } }
  return cluster.put(KINDS.claim, resource).metadata.uid ?? ''
}

const parts = { read: seenClaim, lasting: isSettled }
const all = Array.from({ length: COUNT }, (_, n) => at(n))
const verbs = ({ calls }: FakeCluster): readonly string[] =>
  calls.map(({ verb, name = '' }) => `${verb} ${name}`.trim())

it('many claims of a namespace take one list, and those that may change a look of their own', async () => {
  const cluster = crowd()
  const lookup = claimLookup(cluster, parts)
  const seen = await Promise.all(all.map(async (one) => lookup(one, options)))
  expect(seen.map((one) => one?.phase)).toEqual(all.map((_, n) => (n === 7 ? 'Pending' : 'Bound')))
  expect(verbs(cluster)).toEqual(['list', 'get data-7'])
})

it('one alone is asked for', async () => {
  const cluster = crowd()
  const lookup = claimLookup(cluster, parts)
  expect((await lookup(at(3), options))?.phase).toBe('Bound')
  expect((await lookup(at(3), options))?.phase).toBe('Bound')
  expect(verbs(cluster)).toEqual(['get data-3', 'get data-3'])
})

it('what came after the list, or was made anew, is asked for', async () => {
  const cluster = crowd()
  const lookup = claimLookup(cluster, parts)
  await Promise.all(all.map(async (one) => lookup(one, options)))
  const uid = claim(cluster, 5, 'Bound')
  claim(cluster, COUNT, 'Bound')
  expect((await lookup({ ...at(5), uid }, options))?.shape.uid).toBe(uid)
  expect((await lookup(at(COUNT), options))?.phase).toBe('Bound')
  expect(await lookup(at(COUNT + 1), options)).toBeUndefined()
})

it('where claims may not be listed each is asked for', async () => {
  const cluster = crowd()
  cluster.before = (call) => {
    if (call.verb === 'list') throw forbidden(call)
  }
  const lookup = claimLookup(cluster, parts)
  const seen = await Promise.all(all.map(async (one) => lookup(one, options)))
  expect(seen.every((one) => one !== undefined)).toBe(true)
})
