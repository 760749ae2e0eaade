// How long a plan takes in a cluster of 5,000 claims, 10,000 pods and 15,000 snapshots, and a plan of retention, over how many
// connections and in how much memory; as whole processes, of the library and of the command line.
// node bench/kubernetes-plan.ts [NAMESPACES] [ROUNDS] [SHARE]
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { DISCOVERY_PERMISSIONS, roleFor, SNAPSHOT_PERMISSIONS } from '@salvage-kit/k8s'
import { kubernetesCluster, temporaryDirectory } from '@salvage-kit/testbed'
import { fillCrowd, namespacesOf } from './kubernetes-crowd.ts'
import type { CrowdSize } from './kubernetes-crowd-objects.ts'
import { taken } from './kubernetes-process.ts'
import type { Taken } from './kubernetes-process.ts'
import { median } from './sides.ts'

const share = Number(process.argv[4] ?? 1)
const rounds = Number(process.argv[3] ?? 5)
const size: CrowdSize = {
  namespaces: Number(process.argv[2] ?? 50),
  claims: 5000 * share,
  pods: 10_000 * share,
  snapshots: 15_000 * share,
}
const child = join(import.meta.dirname, 'kubernetes-plan-child.ts')
const main = join(import.meta.dirname, '../apps/cli/dist/bundle/main.js')

await using cluster = await kubernetesCluster({ level: 'api' })
using folder = temporaryDirectory()
const since = performance.now()
await fillCrowd(cluster, size)
console.log(`${JSON.stringify(size)}: there in ${((performance.now() - since) / 1000).toFixed(1)} s`)
const { server, machinery } = cluster
const serving = machinery?.folder ?? ''
const namespaces = namespacesOf(size)
const [home = 'default'] = namespaces
const kubeconfig = await cluster.serviceAccount(home, 'planner')
const subject = { kind: 'ServiceAccount', name: 'planner', namespace: home } as const
await cluster.apply(
  ...namespaces.map((namespace) =>
    roleFor([...DISCOVERY_PERMISSIONS, ...SNAPSHOT_PERMISSIONS], { namespace, subject }),
  ),
)
const config = join(folder.path, 'salvage.yaml')
mkdirSync(join(folder.path, 'state'), { mode: 0o700 })
writeFileSync(
  config,
  JSON.stringify({
    kubernetes: { enabled: true, kubeconfig, namespaces },
    tides: { nightly: { to: 'csi:' } },
  }),
)

await rows('plan, library', size.claims, () => taken([child, kubeconfig, 'plan', ...namespaces], { server, serving }))
await rows('plan of retention, library', size.snapshots, () =>
  taken([child, kubeconfig, 'retention', ...namespaces], { server, serving }),
)
await rows('salvage-kit plan', size.claims, async () => {
  const environment = { SALVAGE_STATE: join(folder.path, 'state'), DOCKER_HOST: 'unix:///nowhere' }
  const one = await taken([main, 'plan', '--config', config, '--tide', 'nightly', '--json'], {
    server,
    serving,
    environment,
  })
  const plan: { readonly groups: readonly { readonly targets: readonly string[] }[] } = JSON.parse(one.output)
  return { ...one, output: JSON.stringify({ found: plan.groups.flatMap(({ targets }) => targets).length }) }
})

async function rows(title: string, expected: number, run: () => Promise<Taken>): Promise<void> {
  const all: Taken[] = []
  for (let round = 0; round < rounds; round += 1) {
    const one = await run()
    const { found }: { readonly found: number } = JSON.parse(one.output)
    if (found !== expected) throw new Error(`${title}: ${String(found)} instead of ${String(expected)}: ${one.output}`)
    all.push(one)
    if (round === 0) console.log(`  ${one.output.trim()}`)
  }
  console.log(`${title}, whole process, ${String(rounds)} runs, load ${(loadavg()[0] ?? 0).toFixed(1)}`)
  console.log(`  ms: ${told(all.map(({ ms }) => ms))}`)
  console.log(
    `  ms of processor time: ${told(all.map(({ cpuMs }) => cpuMs))}; of the servers: ${told(all.map(({ theirCpuMs }) => theirCpuMs))}`,
  )
  console.log(`  peak MB: ${told(all.map(({ peakMegabytes }) => peakMegabytes))}`)
  console.log(`  connections: ${told(all.map(({ connections }) => connections))}`)
}

function told(values: readonly number[]): string {
  return `median ${median(values).toFixed(0)}, most ${Math.max(...values).toFixed(0)}`
}
