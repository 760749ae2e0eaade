import { journalContract, locksContract } from '@salvage-kit/core/testing'
import { fakeCluster } from '../../test/fake-cluster.ts'
import { journalIn, locksIn } from '../../test/state-contract.ts'

journalContract('a ConfigMap in memory', async () => {
  const cluster = fakeCluster()
  return journalIn(async () => Promise.resolve(cluster), 'default')
})

locksContract('leases in memory', async () => {
  const cluster = fakeCluster()
  return locksIn(async () => Promise.resolve(cluster), 'default')
})
