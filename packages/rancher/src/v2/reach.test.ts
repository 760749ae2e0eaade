import { expect, test } from 'vitest'
import { ClusterDocument } from './client/schema.ts'
import { awayFinding } from './reach.ts'

const cluster = (state: string, ...conditions: readonly object[]): ClusterDocument =>
  ClusterDocument.parse({ id: 'c-m-1', name: 'prod', state, conditions })
const connected = { type: 'Connected', status: 'True' }
const lost = { type: 'Connected', status: 'False' }
const notReady = { type: 'Ready', status: 'False', reason: 'Disconnected', message: 'Cluster agent is not connected' }

test.each([
  ['active and connected', cluster('active', connected)],
  ['active, though its condition is stale', cluster('active', lost)],
  ['connected, though its state is stale', cluster('unavailable', connected, notReady)],
  ['active, of a server that knows no such condition', cluster('active')],
])('a cluster that is %s is tried', (_, document) => {
  expect(awayFinding(document)).toBeUndefined()
})

test('a cluster that is neither active nor connected is told of, with the words of the server', () => {
  expect(awayFinding(cluster('unavailable', lost, notReady))).toMatchObject({
    code: 'RANCHER.CLUSTER_AWAY',
    message: expect.stringContaining('prod (c-m-1), which is unavailable'),
    why: 'Cluster agent is not connected',
  })
  expect(awayFinding(cluster('provisioning'))).toMatchObject({ why: 'its agent is not connected' })
})
