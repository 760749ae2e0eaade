import { kubernetesCluster } from '../../src/index.ts'

// Brings a cluster up, says where it lies, and is killed.
const cluster = await kubernetesCluster({ level: 'node' })
process.stdout.write(`${cluster.machinery?.folder ?? ''}\n`)
setInterval(() => {}, 60_000)
