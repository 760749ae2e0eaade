// How long a workload is at rest while its claim is cut, and how much of that is the tool's own: what is neither the cut (from
// the snapshot's creation until its driver has told of it, as somebody else sees both) nor the end of pods (from the first that
// is told to go until the last is gone). On a real node with a host-path driver; journal and locks are in the cluster too.
// node bench/kubernetes-hold.ts [RUNS] [RUNS_BY_SCALE]
import { randomBytes } from 'node:crypto'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePlan, memoryCatalog, newRunId, probe, run, survey } from '@salvage-kit/core'
import type { Rig, Store, TargetRef } from '@salvage-kit/core'
import { clusterState, connect, KINDS, kubernetes } from '@salvage-kit/k8s'
import type { Resource } from '@salvage-kit/k8s'
import { kubernetesCluster } from '@salvage-kit/testbed'

const RUNS = { exec: Number(process.argv[2] ?? 40), scale: Number(process.argv[3] ?? 40) } as const
const namespace = 'sk-bench-hold'
const STORE: Store = { ref: 'csi:csi-hostpath-snapclass', crane: 'csi', settings: { class: 'csi-hostpath-snapclass' } }
const WAIT = 'trap "exit 0" TERM; while :; do sleep 0.1; done'
const watching = new AbortController()
const { signal } = watching

await using on = await kubernetesCluster({ level: 'node' })
await on.kubectl(['create', 'namespace', namespace])
await on.apply(
  ...app('exec', { 'salvage-kit.io/pre': 'touch /tmp/frozen', 'salvage-kit.io/post': 'rm -f /tmp/frozen' }),
  ...app('scale', { 'salvage-kit.io/quiesce': 'scale' }),
)
await on.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/exec', 'deployment/scale', '--timeout=120s'])

await using cluster = await connect({ kubeconfig: on.kubeconfig, environment: {} })
await using witness = await connect({ kubeconfig: on.kubeconfig, environment: {} })
/** By what happened, when it was seen last; `going` when it was seen first. */
const seen = new Map<string, number>()
void watch(KINDS.volumeSnapshot, ({ status }) => (isCut(status) ? 'cut' : 'made'))
void watch(KINDS.pod, ({ metadata }) => (metadata.deletionTimestamp === undefined ? 'pod' : 'going'))
await sleep(1000)

try {
  for (const way of ['exec', 'scale'] as const) {
    const all: Window[] = []
    for (let round = 0; round < RUNS[way]; round += 1) all.push(await one(way))
    console.log(
      `freeze window by ${way}, ${String(all.length)} runs, load ${(loadavg()[0] ?? 0).toFixed(1)} (aim: own share 2 s at most, p95)`,
    )
    for (const part of ['whole', 'cut', 'ending', 'own', 'toRest', 'toCut', 'toRise'] as const)
      row(
        part,
        all.map((window) => window[part]),
      )
  }
} finally {
  watching.abort()
  await on.kubectl(['delete', 'namespace', namespace, '--wait=false'])
}

/** In milliseconds. */
interface Window {
  readonly whole: number
  readonly cut: number
  readonly ending: number
  readonly own: number
  /** Of the own share: until the workload is at rest, until the cut is known, until the workload rises. */
  readonly toRest: number
  readonly toCut: number
  readonly toRise: number
}

async function one(way: 'exec' | 'scale'): Promise<Window> {
  const at = new Map<string, number>()
  const state = clusterState(cluster, { namespace, name: 'salvage-kit' })
  const rig: Rig = {
    backends: [kubernetes(state.cluster, { namespaces: [namespace] })],
    journal: state.journal,
    locks: state.locks,
    catalog: memoryCatalog(),
    report: ({ type }) => at.set(type, performance.now()),
    now: () => new Date(),
  }
  const found = await survey(rig, { signal })
  const abilities = await probe(rig, found, { signal, stores: [], snapshots: STORE })
  const targets: readonly TargetRef[] = [`k8s:${namespace}/${way}`]
  const tide = { targets, grouping: 'smart', snapshots: STORE, maxHoldMs: 120_000, maxConcurrent: 1 } as const
  const runId = newRunId(new Date(), randomBytes(3).toString('hex'))
  const plan = makePlan(found, abilities, tide, { runId, now: new Date(), machine: 'bench' })
  seen.clear()
  const report = await run(rig, plan)
  if (report.outcome !== 'good') throw new Error(JSON.stringify(report))
  const from = (first: string, last: string): number => (at.get(last) ?? NaN) - (at.get(first) ?? NaN)
  const cut = (seen.get('cut') ?? NaN) - (seen.get('made') ?? NaN)
  const ending = way === 'scale' ? (seen.get('gone') ?? NaN) - (seen.get('going') ?? NaN) : 0
  const whole = from('workload.quiescing', 'workload.resumed')
  return {
    whole,
    cut,
    ending,
    own: whole - cut - ending,
    toRest: from('workload.quiescing', 'workload.quiesced') - ending,
    toCut: from('workload.quiesced', 'snapshot.taken') - cut,
    toRise: from('snapshot.taken', 'workload.resumed'),
  }
}

async function watch(kind: typeof KINDS.pod, read: (object: Resource) => string): Promise<void> {
  try {
    for await (const event of witness.watch(kind, { namespace }, { signal })) {
      if (event === 'ready') continue
      const what = event.type === 'DELETED' ? 'gone' : read(event.object)
      if (!seen.has(what) || what === 'gone') seen.set(what, performance.now())
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function isCut(status: unknown): boolean {
  return typeof status === 'object' && status !== null && 'creationTime' in status
}

function row(name: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? NaN).toFixed(0)
  console.log(`  ${name.padEnd(7)} p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`)
}

function app(name: string, annotations: object): readonly object[] {
  const labels = { app: name }
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, annotations },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 2,
            containers: [
              {
                name: 'main',
                image: 'salvage-test/busybox',
                imagePullPolicy: 'Never',
                command: ['sh', '-c', WAIT],
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
            ],
            volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
          },
        },
      },
    },
  ]
}
