import { describe } from 'vitest'
import { clusterContract } from './cluster-contract.ts'
import { fakeCluster } from './fake-cluster.ts'

describe('the cluster in memory', () => {
  const cluster = fakeCluster()
  clusterContract(() => cluster)
})
