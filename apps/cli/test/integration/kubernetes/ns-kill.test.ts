import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { roleFor, EXEC_PERMISSIONS, SNAPSHOT_PERMISSIONS, STATE_PERMISSIONS } from '@salvage-kit/k8s'
import { kubernetesCluster, onRequest, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { salvageKit } from '../../salvage-kit.ts'
import type { Running } from '../../salvage-kit.ts'
import { postgresManifests } from './ns-postgres.ts'

const namespace = `sk-kill-${randomBytes(3).toString('hex')}`
const available = part('kubernetes').available && part('postgres-image').available

/** Takes two minutes: a process that was killed counts as alive for one. */
describe.skipIf(!available || !onRequest('SALVAGE_TEST_NS_LONG'))('a backup that is killed', () => {
  let on: KubernetesCluster
  let start: (...args: readonly string[]) => Running
  const kubectl = async (...args: readonly string[]): Promise<string> => on.kubectl(['-n', namespace, ...args])
  const inside = async (script: string): Promise<string> =>
    (await kubectl('exec', 'deployment/app-base', '--', 'sh', '-c', script)).trim()
  const psql = async (statement: string): Promise<string> => inside(`psql -h 127.0.0.1 -XAtc "${statement}"`)

  const parts = async (): Promise<string> => inside('ls /var/lib/postgresql/data | grep -c "[.]part$" || :')
  const left = async (): Promise<string> =>
    inside(
      String.raw`ls /var/lib/postgresql/data | grep "[.]part$"; cat /proc/[0-9]*/cmdline | tr '\0' ' ' | grep -o '[p]g_dump' || :`,
    )
  beforeAll(async () => {
    on = await kubernetesCluster({ level: 'node' })
    await on.machinery?.node?.loadImages('salvage-test/postgres')
    await on.kubectl(['create', 'namespace', namespace])
    const KUBECONFIG = await on.serviceAccount(namespace, 'backup-ns')
    const rights = [...SNAPSHOT_PERMISSIONS, ...STATE_PERMISSIONS, ...EXEC_PERMISSIONS]
    await on.apply(roleFor(rights, { namespace, subject: { kind: 'ServiceAccount', name: 'backup-ns' } }))
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '256Mi' } } }
    await on.apply(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace, name: 'data' }, spec },
      ...postgresManifests({ namespace, name: 'app-base', claim: 'data' }),
    )
    await kubectl('rollout', 'status', 'deployment/app-base', '--timeout=120s')
    await psql('CREATE TABLE goods AS SELECT i FROM generate_series(1, 1000) i')
    start = salvageKit('/tmp', {
      KUBECONFIG,
      BAK_NAMESPACE: namespace,
      BAK_DB_POSTGRES: 'true',
      BAK_THRESHOLD_SPACE_USED_PERCENTAGE: '100',
      BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
    })
  }, 300_000)
  afterAll(async () => {
    await on?.kubectl(['delete', 'namespace', namespace, '--wait=false'])
    await on?.[Symbol.asyncDispose]()
  })

  it('24, D5: its dump ends within ten seconds and leaves no part; the next one takes its place, and all places', async () => {
    const lock = psql('BEGIN; LOCK goods; SELECT pg_sleep(40)').catch(String)
    const killed = start('ns', 'create')
    const dumping = vi.waitUntil(async () => (await parts()) === '1', { timeout: 30_000, interval: 300 })
    await Promise.race([dumping, killed.ended.then(({ err, out }) => expect.fail(err + out))])
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    await vi.waitUntil(async () => (await left()) === '', { timeout: 10_000, interval: 300 })
    await psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    await lock
    const next = await start('ns', 'create').ended
    expect(next, next.err).toMatchObject({ code: 0 })
    const labels: unknown = JSON.parse(
      await kubectl('get', 'volumesnapshots', '-o', 'jsonpath={range .items[*]}{.metadata.labels}{end}'),
    )
    expect(labels).toHaveProperty(['backup-ns.sh/monthly'])
    expect(await kubectl('get', 'configmap', 'salvage-kit', '-o', 'jsonpath={.data}')).not.toContain('quiesce')
  }, 300_000)
})
