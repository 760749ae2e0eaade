import { parseArgs } from 'node:util'
import { startCluster } from './kubernetes-cluster.ts'
import { lastingPlace } from './place.ts'

const USAGE = `node testbed/src/kubernetes/up.ts [--level api|node]

Brings a cluster up that stays, and prints what to set so that kubectl and the tests use it. down.ts takes it down.
`

const { values } = parseArgs({
  options: { level: { type: 'string', default: 'node' }, help: { type: 'boolean', short: 'h' } },
})

if (values.help === true) process.stdout.write(USAGE)
else if (values.level !== 'api' && values.level !== 'node') throw new Error(USAGE)
else {
  const cluster = await startCluster(lastingPlace(), { level: values.level })
  process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`)
  process.stderr.write(`kubectl: ${cluster.kubectlProgram}\n`)
}
