import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { command, docker, engineAddress, kubernetesCluster, onRequest, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backupManifests, backupRights, controllerManifests, IMAGE } from './ns-jobs.ts'
import { postgresManifests } from './ns-postgres.ts'

const ROOT = join(import.meta.dirname, '../../../../..')
const MIRROR = process.env['SALVAGE_DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian'
const id = randomBytes(3).toString('hex')
const namespace = `sk-img-${id}`
const controller = `sk-ctl-${id}`

const available = part('kubernetes').available && part('postgres-image').available && part('dockerd').available

/** Takes a minute and more, most of it for the image. */
describe.skipIf(!available || !onRequest('SALVAGE_TEST_NS_LONG'))('jobs of backup-ns with another image', () => {
  let on: KubernetesCluster
  const kubectl = async (...args: readonly string[]): Promise<string> => on.kubectl(args)
  const run = async (where: string, cronJob: string): Promise<string> => {
    const name = `${cronJob}-${randomBytes(3).toString('hex')}`
    await kubectl('-n', where, 'create', 'job', name, `--from=cronjob/${cronJob}`)
    try {
      await kubectl('-n', where, 'wait', '--for=condition=complete', `job/${name}`, '--timeout=90s')
    } catch (error) {
      throw new Error(await kubectl('-n', where, 'logs', `job/${name}`, '--all-containers'), { cause: error })
    }
    return kubectl('-n', where, 'logs', `job/${name}`)
  }
  beforeAll(async () => {
    const env = {
      AS_BUILT: '1',
      TARGET: 'backup-ns',
      DEBIAN_MIRROR: MIRROR,
      DOCKER_HOST: engineAddress(),
      DOCKER_BUILDKIT: '0',
    }
    await command(join(ROOT, 'image/build'), [IMAGE], { env })
    on = await kubernetesCluster({ level: 'node' })
    await on.machinery?.node?.loadImages('salvage-test/postgres', IMAGE)
    await kubectl('create', 'namespace', namespace)
    await kubectl('create', 'namespace', controller)
    await on.serviceAccount(namespace, 'backup-ns')
    await on.serviceAccount(controller, 'backup-ns-controller')
    await on.apply(...backupRights(namespace, 'backup-ns'))
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '256Mi' } } }
    await on.apply(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace, name: 'data' }, spec },
      ...postgresManifests({ namespace, name: 'app-base', claim: 'data' }),
      ...backupManifests(namespace),
      ...controllerManifests(controller),
    )
    await kubectl('-n', namespace, 'rollout', 'status', 'deployment/app-base', '--timeout=120s')
  }, 600_000)
  afterAll(async () => {
    for (const name of [namespace, controller]) await on?.kubectl(['delete', 'namespace', name, '--wait=false'])
    for (const kind of ['clusterrole', 'clusterrolebinding'])
      await on?.kubectl(['delete', kind, `${controller}-controller`])
    await on?.kubectl(['delete', 'clusterrole', `${namespace}-backup-ns`])
    await on?.[Symbol.asyncDispose]()
    await docker(engineAddress(), ['rmi', IMAGE])
  })

  it('10, 44: the CronJob of a namespace backs up, and those over all namespaces mirror and prune', async () => {
    expect(await run(namespace, 'backup')).toContain(`volumesnapshot ${namespace}/data-`)
    const labels: unknown = JSON.parse(
      await kubectl('-n', namespace, 'get', 'volumesnapshots', '-o', 'jsonpath={.items[0].metadata.labels}'),
    )
    expect(labels).toMatchObject({
      'backup-ns.sh/type': 'cronjob',
      'backup-ns.sh/pod': expect.stringMatching(/^backup-/),
      'backup-ns.sh/daily': expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
    expect(await run(controller, 'sync-volume-snapshot-labels')).toContain('1 changed')
    const old = [
      'backup-ns.sh/daily-',
      'backup-ns.sh/weekly-',
      'backup-ns.sh/monthly-',
      'backup-ns.sh/delete-after=2026-01-01',
    ]
    await kubectl('-n', namespace, 'label', 'volumesnapshots', '--all', ...old)
    await run(namespace, 'backup')
    expect(await run(controller, 'pruner')).toContain(`delete ${namespace}/data-`)
    expect((await kubectl('-n', namespace, 'get', 'volumesnapshots', '-o', 'name')).trim().split('\n')).toHaveLength(1)
    const where = 'jsonpath={range .items[*]}{.spec.volumeSnapshotRef.namespace}{"\\n"}{end}'
    const contents = async (): Promise<readonly string[]> =>
      (await kubectl('get', 'volumesnapshotcontents', '-o', where)).split('\n').filter((name) => name === namespace)
    await expect.poll(contents).toHaveLength(1)
  }, 300_000)
})
