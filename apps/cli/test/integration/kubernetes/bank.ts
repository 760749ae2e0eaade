import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command, helm, kubernetesCluster } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { until } from './shop.ts'

const CHART = join(import.meta.dirname, '../../../../../charts/salvage-kit')
const CRANE = 'salvage-kit/crane-restic'
const IMAGES = ['salvage-test/postgres', 'salvage-test/mariadb', CRANE]

/** A database of {@link Bank}: a StatefulSet of one pod, with a claim of its own. */
export interface Database {
  readonly kind: 'postgres' | 'mariadb'
  readonly namespace: string
  readonly claim: string
}

/** Inserts rows one by one as fast as it can, in whatever pod the database has. */
export interface Writer {
  /** The last row that the server confirmed. */
  confirmed(): number
  stop(): Promise<void>
}

/** Two namespaces, and a user who has the rights that the chart gives in each, and no others. */
export interface Bank extends AsyncDisposable {
  readonly kubernetes: KubernetesCluster
  readonly namespace: string
  readonly elsewhere: string
  readonly account: string
  readonly kubeconfig: string
  /** Starts one, on a claim that is made when it is not there, and resolves when it answers. */
  readonly start: (database: Database) => Promise<void>
  readonly stop: (database: Database) => Promise<void>
  readonly sql: (database: Database, text: string) => Promise<string>
  readonly write: (database: Database) => Writer
  /** The store of crane Jobs, as a configuration says it. */
  readonly offsite: object
}

/** Brings a node up with the databases' images on it. */
export async function openBank(): Promise<Bank> {
  const kubernetes = await kubernetesCluster({ level: 'node' })
  const { node, folder } = kubernetes.machinery ?? {}
  if (node === undefined || folder === undefined) throw new Error('the node is out of reach')
  for (const image of IMAGES) await node.loadImages(image)
  const namespace = `sk-bank-${randomBytes(3).toString('hex')}`
  const elsewhere = `${namespace}-b`
  const repository = `${folder}/repository-${namespace}`
  await node.run('install', ['-d', '-m', '0777', repository])
  for (const where of [namespace, elsewhere]) {
    await kubernetes.kubectl(['create', 'namespace', where])
    await kubernetes.apply(await chart(where), ...repositoryOf(where, repository))
  }
  const subject = `--serviceaccount=${namespace}:salvage-kit`
  await kubernetes.kubectl(['-n', elsewhere, 'create', 'rolebinding', 'bank', '--role=salvage-kit', subject])
  const exec = async ({ kind, namespace: where }: Database, script: string): Promise<string> =>
    (await kubernetes.kubectl(['-n', where, 'exec', `${kind}-0`, '--', 'sh', '-c', script])).trim()
  const sql: Bank['sql'] = async (database, text) => exec(database, `${CLIENTS[database.kind]} "${text}"`)
  return {
    kubernetes,
    namespace,
    elsewhere,
    account: `system:serviceaccount:${namespace}:salvage-kit`,
    kubeconfig: await kubernetes.serviceAccount(namespace, 'salvage-kit'),
    start: async (database) => {
      const known = ['-n', database.namespace, 'get', 'pvc', database.claim, '--ignore-not-found', '-o', 'name']
      if ((await kubernetes.kubectl(known)).trim() === '') await kubernetes.apply(claimOf(database))
      await kubernetes.apply(...controllerOf(database))
      await until(
        async () =>
          sql(database, 'SELECT 1').then(
            (said) => said === '1',
            () => false,
          ),
        120_000,
      )
    },
    stop: async ({ kind, namespace: where }) => {
      await kubernetes.kubectl(['-n', where, 'delete', 'statefulset', kind, '--cascade=foreground', '--timeout=60s'])
    },
    sql,
    write: (database) => writerOf(async (text) => sql(database, text)),
    offsite: {
      kind: 'job',
      image: CRANE,
      pull: 'never',
      actions: ['lift', 'lower', 'list', 'check', 'forget'],
      deduplicates: true,
      env: { RESTIC_REPOSITORY: '/repository/bank' },
      secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'password' } },
      mounts: { repository: '/repository' },
      scratch: ['/tmp', '/cache', '/etc/ssh/ssh_config.d'],
      // The files of a database belong to its user, and are for nobody else.
      user: 'root',
      startTimeout: '2m',
    },
    [Symbol.asyncDispose]: async () => {
      for (const where of [namespace, elsewhere]) {
        await kubernetes.kubectl(['delete', 'namespace', where, '--wait=false'])
        await kubernetes.kubectl(['delete', 'persistentvolume', `repository-${where}`, '--wait=false'])
      }
      await kubernetes[Symbol.asyncDispose]()
    },
  }
}

const CLIENTS = {
  postgres: 'psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres postgres -c',
  mariadb: 'MYSQL_PWD=$MARIADB_ROOT_PASSWORD mariadb -h 127.0.0.1 -u root -N bank -e',
}

/** What a tenant applies: the chart, and nothing else. */
async function chart(namespace: string): Promise<string> {
  const values = ['--set-string', 'envData.BAK_DB_SKIP=true', '--set', 'role.jobs=true']
  return command(helm(), ['template', 'salvage-kit', CHART, '--namespace', namespace, ...values])
}

function claimOf({ namespace, claim: name }: Database): object {
  const spec = {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'csi-hostpath-sc',
    resources: { requests: { storage: '1Gi' } },
  }
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace, name }, spec }
}

function controllerOf({ kind, namespace, claim: claimName }: Database): readonly object[] {
  const labels = { app: kind }
  const container = {
    name: kind,
    image: `salvage-test/${kind}`,
    imagePullPolicy: 'Never',
    env:
      kind === 'mariadb'
        ? [
            { name: 'MARIADB_ROOT_PASSWORD', value: 'a b$(id)x' },
            { name: 'MARIADB_DATABASE', value: 'bank' },
          ]
        : [],
    volumeMounts: [{ name: 'data', mountPath: kind === 'mariadb' ? '/var/lib/mysql' : '/var/lib/postgresql' }],
  }
  // The disk of the node is that of the machine, however full it may be.
  const annotations = { 'salvage-kit.io/dump': kind, 'salvage-kit.io/dump-full-percent': '100' }
  const template = {
    metadata: { labels },
    spec: { containers: [container], volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] },
  }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace, name: kind, annotations },
      spec: { replicas: 1, serviceName: kind, selector: { matchLabels: labels }, template },
    },
  ]
}

function repositoryOf(namespace: string, path: string): readonly object[] {
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: '' }
  const volumeName = `repository-${namespace}`
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path }, persistentVolumeReclaimPolicy: 'Retain' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace, name: 'repository' },
      spec: { ...spec, volumeName, resources: { requests: { storage: '1Gi' } } },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'restic' }, stringData: { password: 'right' } },
  ]
}

function writerOf(sql: (text: string) => Promise<string>): Writer {
  const ended = new AbortController()
  let last = 0
  const done = (async () => {
    for (let row = 1; !ended.signal.aborted; row += 1) {
      try {
        await sql(`INSERT INTO account (id) VALUES (${String(row)})`)
        last = row
      } catch {
        await sleep(100)
      }
    }
  })()
  return {
    confirmed: () => last,
    stop: async () => {
      ended.abort()
      await done
    },
  }
}
