import { setTimeout as sleep } from 'node:timers/promises'
import { apiVersionOf, connect, KINDS } from '@salvage-kit/k8s'
import type { Cluster, Resource } from '@salvage-kit/k8s'
import { kubernetesCluster } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { runCommandLine } from '../../../src/command-line.ts'
import { recordedTerminal } from '../../recorded-terminal.ts'

/** How a command ended. */
export interface NsEnded {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** An API server on which the test is the snapshot controller and the driver. */
export interface NsWorld extends AsyncDisposable {
  readonly kubernetes: KubernetesCluster
  readonly admin: Cluster
  /** A namespace of its own with these claims, each bound. */
  readonly namespace: (name: string, claims?: readonly string[]) => Promise<void>
  /** Runs `salvage-kit ns …` in a namespace, with these variables besides. */
  readonly ns: (
    namespace: string,
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => Promise<NsEnded>
  readonly snapshots: (namespace: string) => Promise<readonly Resource[]>
  /** A snapshot as the controller leaves it. */
  readonly put: (snapshot: PutSnapshot) => Promise<void>
}

/** A snapshot with a content of its own. */
export interface PutSnapshot {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly cut: string
}

const signal = new AbortController().signal
const API = apiVersionOf(KINDS.volumeSnapshot)
/** The class whose snapshots become ready; the default one. */
const READY = 'ready'
/** The class whose snapshots are cut and never become ready. */
export const NEVER = 'never'
/** The class whose driver fails. */
export const FAILS = 'fails'
/** The class whose snapshots go with their namespace. */
export const DELETES = 'deletes'

/** Starts it all. */
export async function nsWorld(): Promise<NsWorld> {
  const kubernetes = await kubernetesCluster({ level: 'api' })
  const admin = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  for (const name of [READY, NEVER, FAILS, DELETES])
    await kubernetes.apply({
      apiVersion: API,
      kind: 'VolumeSnapshotClass',
      metadata: {
        name,
        annotations: name === READY ? { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } : {},
      },
      driver: 'driver.test',
      deletionPolicy: name === DELETES ? 'Delete' : 'Retain',
    })
  const ended = new AbortController()
  const playing = play(admin, ended.signal)
  const namespace: NsWorld['namespace'] = async (name, claims = ['data']) => {
    await kubernetes.kubectl(['create', 'namespace', name])
    for (const claim of claims) {
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
      const metadata = { namespace: name, name: claim }
      await admin.create(KINDS.claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }, { signal })
      const body = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }
      await admin.patch(KINDS.claim, { ...metadata, subresource: 'status' }, { type: 'merge', body }, { signal })
    }
  }
  return {
    kubernetes,
    admin,
    namespace,
    async ns(where, args, variables = {}) {
      const environment = { KUBECONFIG: kubernetes.kubeconfig, BAK_NAMESPACE: where, TZ: 'Europe/Vienna', ...variables }
      const terminal = recordedTerminal({ environment })
      const code = await runCommandLine(['ns', ...args], terminal)
      return { code, ...terminal.written }
    },
    snapshots: async (where) => Array.fromAsync(admin.list(KINDS.volumeSnapshot, { namespace: where }, { signal })),
    async put({ namespace: where, name, labels, cut }) {
      const metadata = { namespace: where, name, labels, annotations: { 'test/cut': cut } }
      const spec = { source: { persistentVolumeClaimName: labels['backup-ns.sh/pvc'] ?? 'data' } }
      await admin.create(KINDS.volumeSnapshot, { apiVersion: API, kind: 'VolumeSnapshot', metadata, spec }, { signal })
      for (;;) {
        const found = await admin.get(KINDS.volumeSnapshot, { namespace: where, name }, { signal })
        if (JSON.stringify(found?.status ?? {}).includes('"readyToUse":true')) return
        await sleep(50)
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort()
      await playing
      await admin[Symbol.asyncDispose]()
      await kubernetes[Symbol.asyncDispose]()
    },
  }
}

async function play(admin: Cluster, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    try {
      for await (const one of admin.list(KINDS.volumeSnapshot, {}, { signal })) await bind(admin, one)
      await free(admin)
    } catch {
      // Gone meanwhile.
    }
    await sleep(50)
  }
}

/** What the controller and the driver do to a new snapshot. */
async function bind(admin: Cluster, { metadata, spec, status }: Resource): Promise<void> {
  const text = JSON.stringify(spec)
  const { namespace = '', name, uid = '', annotations = {} } = metadata
  if (status !== undefined) return
  const tell = async (body: Readonly<Record<string, string | boolean | { message: string }>>): Promise<void> => {
    const at = { namespace, name, subresource: 'status' }
    await admin.patch(KINDS.volumeSnapshot, at, { type: 'merge', body: { status: body } }, { signal })
  }
  if (text.includes(`"${FAILS}"`)) return tell({ error: { message: 'the driver is out of order' }, readyToUse: false })
  const creationTime = annotations['test/cut'] ?? new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const given = /"volumeSnapshotContentName":"([^"]+)"/.exec(text)?.[1]
  const content = given ?? `snapcontent-${uid}`
  if (given === undefined) {
    const className = /"volumeSnapshotClassName":"([^"]+)"/.exec(text)?.[1] ?? READY
    await admin.create(
      KINDS.volumeSnapshotContent,
      {
        apiVersion: API,
        kind: 'VolumeSnapshotContent',
        metadata: { name: content },
        spec: {
          deletionPolicy: className === DELETES ? 'Delete' : 'Retain',
          driver: 'driver.test',
          source: { volumeHandle: `volume-${namespace}` },
          volumeSnapshotClassName: className,
          volumeSnapshotRef: { kind: 'VolumeSnapshot', namespace, name, uid },
        },
      },
      { signal },
    )
    const body = { status: { snapshotHandle: `handle-${uid}`, readyToUse: true } }
    const at = { name: content, subresource: 'status' }
    await admin.patch(KINDS.volumeSnapshotContent, at, { type: 'merge', body }, { signal })
  }
  const readyToUse = !text.includes(`"${NEVER}"`)
  await tell({ boundVolumeSnapshotContentName: content, creationTime, readyToUse, restoreSize: '1Gi' })
}

/** Contents whose snapshot is gone go too, when they are told to: that is when the storage is freed. */
async function free(admin: Cluster): Promise<void> {
  for await (const { metadata, spec } of admin.list(KINDS.volumeSnapshotContent, {}, { signal })) {
    const text = JSON.stringify(spec)
    if (!text.includes('"deletionPolicy":"Delete"')) continue
    const [namespace = '', name = ''] = ['namespace', 'name'].map(
      (key) => new RegExp(`"volumeSnapshotRef":\\{[^}]*"${key}":"([^"]+)"`).exec(text)?.[1],
    )
    if ((await admin.get(KINDS.volumeSnapshot, { namespace, name }, { signal })) === undefined)
      await admin.remove(KINDS.volumeSnapshotContent, { name: metadata.name }, { signal })
  }
}

/** The day in the zone of the tests. */
export function day(offset = 0): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Vienna', dateStyle: 'short' })
  return format.format(new Date(Date.now() + offset * 86_400_000))
}

/** Nothing is dumped. */
export const SKIP: Readonly<Record<string, string>> = { BAK_DB_SKIP: 'true' }
/** As the jobs of every night are set. */
export const TIERED: Readonly<Record<string, string>> = {
  ...SKIP,
  BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
  BAK_LABEL_VS_TYPE: 'cronjob',
}

/** The labels of the snapshots of a namespace, those of backup-ns without their prefix. */
export async function labelsIn(world: NsWorld, namespace: string): Promise<readonly Record<string, string>[]> {
  return (await world.snapshots(namespace)).map(({ metadata: { labels = {} } }) =>
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.replace('backup-ns.sh/', ''), value])),
  )
}
