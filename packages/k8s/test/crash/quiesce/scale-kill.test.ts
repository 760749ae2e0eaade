import { execFile } from 'node:child_process'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cluster } from '../../../src/index.ts'
import { connect, roleFor, SCALE_PERMISSIONS, scaleQuiescer } from '../../../src/index.ts'

vi.setConfig({ maxConcurrency: 3 })

const child = new URL('scale-child.ts', import.meta.url).pathname
const namespace = 'kills'
const options = { signal: new AbortController().signal }
const REPLICAS = 3
/** Of one hold: it is looked at twice, told, looked at; and looked at, told, looked at. */
const CALLS = 7
const ALL = [
  ...Array.from({ length: CALLS }, (_, at) => ['during', at + 1] as const),
  ['before', 3],
  ['after', 3],
  ['before', 6],
  ['after', 6],
  ['never', 0],
] as const
/** Each death takes a process: those with a change under way, and all where `SALVAGE_KILLS` is set. */
const DEATHS =
  process.env['SALVAGE_KILLS'] === undefined ? ALL.filter(([when, at]) => when === 'during' && at % 3 === 0) : ALL

describe.skipIf(!part('kubernetes-api').available).concurrent('a process that scales', () => {
  let kubernetes: KubernetesCluster
  let cluster: Cluster
  let tenant: string
  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    await kubernetes.kubectl(['create', 'namespace', namespace])
    tenant = await kubernetes.serviceAccount(namespace, 'tenant')
    const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
    await kubernetes.apply(
      roleFor(SCALE_PERMISSIONS, { namespace, subject }),
      ...DEATHS.map(([when, at]) => deployment(nameOf(when, at))),
    )
    cluster = await connect({ kubeconfig: tenant, environment: {} })
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await kubernetes?.[Symbol.asyncDispose]()
  })

  test.each(DEATHS)('and is killed %s its call %d leaves it as it was', async (when, at) => {
    const name = nameOf(when, at)
    const said = await outputOf([child, tenant, `k8s:${namespace}/deployment/${name}`, when, String(at)])
    const [token = '', end] = said.split('\n')
    expect(end).toBe(when === 'never' ? 'done' : '')
    for (let times = 0; times < 2; times += 1)
      expect(await scaleQuiescer(cluster).resume(JSON.parse(token), { ...options, quiesced: 'maybe' })).toEqual([])
    const path = 'jsonpath={.spec.replicas}'
    expect(await kubernetes.kubectl(['-n', namespace, 'get', 'deployment', name, '-o', path])).toBe(String(REPLICAS))
  })
})

function nameOf(when: string, at: number): string {
  return `web-${when}-${at}`
}

function deployment(name: string): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } },
    },
  }
}

/** What a program said until its end, whatever that was. */
async function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_, stdout) => resolve(stdout))
  })
}
