// How long it takes to judge many volume snapshots, against parsing what the API server sends of them. With --cluster also how
// long it takes to read, mark and remove them on a real API server.
// node bench/k8s-retention.ts [SNAPSHOTS] [ROUNDS] [--cluster]
import {
  addDays,
  applyRetention,
  connect,
  DEFAULT_RULES,
  judge,
  keptSnapshot,
  KINDS,
  planRetention,
  type Resource,
  type RetentionReport,
} from '@salvage-kit/k8s'
import { kubernetesCluster } from '@salvage-kit/testbed'
import { compare, type Figures } from './sides.ts'

const numbers = process.argv.slice(2).filter((text) => /^\d+$/.test(text))
const count = Number(numbers[0] ?? 15_000)
const rounds = Number(numbers[1] ?? 7)
const PER_CLAIM = 20
const CLAIMS_PER_NAMESPACE = 25
const PAGE = 500
const zone = 'Europe/Vienna'
const today = '2026-11-21'
const now = new Date(`${today}T12:00:00Z`)
const tomorrow = new Date(now.getTime() + 86_400_000)

/** The snapshots of a claim are of the last 20 days; each has its daily tier. */
function snapshot(n: number): Resource {
  const claim = Math.floor(n / PER_CLAIM)
  const namespace = `team-${String(Math.floor(claim / CLAIMS_PER_NAMESPACE))}`
  const day = addDays(today, -(n % PER_CLAIM))
  const pvc = `pvc-${String(claim)}`
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      namespace,
      name: `${pvc}-${day}`,
      uid: `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`,
      creationTimestamp: `${day}T00:32:10Z`,
      labels: {
        'backup-ns.sh/pvc': pvc,
        'backup-ns.sh/type': 'cronjob',
        'backup-ns.sh/retain': 'daily_weekly_monthly',
        'backup-ns.sh/daily': day,
      },
      annotations: { 'backup-ns.sh/env-config': "BAK_DB_SKIP='true'" },
    },
    spec: { source: { persistentVolumeClaimName: pvc }, volumeSnapshotClassName: 'csi' },
    status: {
      readyToUse: true,
      creationTime: `${day}T00:32:12Z`,
      boundVolumeSnapshotContentName: `content-${pvc}-${day}`,
    },
  }
}

const all = Array.from({ length: count }, (_, n) => snapshot(n))
const pages: readonly string[] = Array.from({ length: Math.ceil(count / PAGE) }, (_, at) =>
  JSON.stringify({ items: all.slice(at * PAGE, (at + 1) * PAGE) }),
)

function timed(work: () => number): Figures {
  const [since, cpu] = [performance.now(), process.cpuUsage()]
  const done = work()
  if (done !== count) throw new Error(`${String(done)} of ${String(count)} snapshots`)
  const { user, system } = process.cpuUsage(cpu)
  return { ms: performance.now() - since, cpu: (user + system) / 1_000 }
}

const parse = (page: string): { readonly items: readonly Resource[] } => JSON.parse(page)
const bare = (): number => pages.reduce((sum, page) => sum + parse(page).items.length, 0)
const ours = (): number => {
  const kept = pages.flatMap((page) => parse(page).items.flatMap((item) => keptSnapshot(item) ?? []))
  const verdicts = judge(kept, { rules: DEFAULT_RULES, now, zone })
  const marked = verdicts.filter(({ action }) => action === 'mark').length
  const expected = (count / PER_CLAIM) * (PER_CLAIM - DEFAULT_RULES.daily)
  if (marked !== expected) throw new Error(`${String(marked)} marked instead of ${String(expected)}`)
  return verdicts.length
}

await compare(
  `verdicts on ${String(count)} snapshots of ${String(count / PER_CLAIM)} claims (aim: 2 s at most)`,
  { name: 'parsing the answers', run: async () => timed(bare) },
  { name: 'parsing and judging', run: async () => timed(ours) },
  rounds,
)

if (process.argv.includes('--cluster')) await onCluster()

function say(what: string, n: number, since: number): void {
  const seconds = (performance.now() - since) / 1_000
  const memory = process.memoryUsage.rss() / 2 ** 20
  console.log(
    `  ${what}: ${String(n)} in ${seconds.toFixed(1)} s, ${(n / seconds).toFixed(0)} a second, ${memory.toFixed(0)} MiB`,
  )
}

async function onCluster(): Promise<void> {
  const { signal } = new AbortController()
  await using kubernetes = await kubernetesCluster({ level: 'api' })
  await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  for (const namespace of new Set(all.map(({ metadata }) => metadata.namespace ?? '')))
    await cluster.create(
      KINDS.namespace,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { signal },
    )
  const queue = all.values()
  const put = async (): Promise<void> => {
    for (const { apiVersion, kind, metadata, spec, status } of queue) {
      const { namespace = '', name, labels = {} } = metadata
      const manifest = { apiVersion, kind, metadata: { namespace, name, labels }, spec: spec ?? null }
      const made = await cluster.create(KINDS.volumeSnapshot, manifest, { signal })
      const body = { status: status ?? null }
      const at = { namespace, name, subresource: 'status' }
      await cluster.patch(KINDS.volumeSnapshot, at, { type: 'merge', body }, { signal })
      const content = {
        apiVersion,
        kind: 'VolumeSnapshotContent',
        metadata: { name: `content-${name}` },
        spec: {
          deletionPolicy: 'Retain',
          driver: 'csi.example.com',
          source: { volumeHandle: name },
          volumeSnapshotRef: { namespace, name, uid: made.metadata.uid ?? '' },
        },
      }
      await cluster.create(KINDS.volumeSnapshotContent, content, { signal })
    }
  }
  await Promise.all(Array.from({ length: 16 }, put))
  console.log(`on an API server with ${String(count)} snapshots and contents, in admin mode`)
  for (const day of [now, tomorrow]) {
    const since = performance.now()
    const plan = await planRetention(cluster, { all: true }, { rules: DEFAULT_RULES, now: day, zone }, { signal })
    say('read and judged', plan.namespaces.flatMap(({ verdicts }) => verdicts).length, since)
    const then = performance.now()
    const report: RetentionReport = await applyRetention(cluster, plan, { signal, mode: 'admin' })
    if (report.partial) throw new Error('not everything was done')
    say(day === now ? 'marked' : 'removed', report.outcomes.length, then)
  }
}
