import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, helm, kubernetesCluster, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import {
  connect,
  DISCOVERY_PERMISSIONS,
  EXCHANGE_PERMISSIONS,
  EXEC_PERMISSIONS,
  GROUP_PERMISSIONS,
  JOB_EVENT_PERMISSIONS,
  JOB_PERMISSIONS,
  SCALE_PERMISSIONS,
  SNAPSHOT_PERMISSIONS,
  STATE_PERMISSIONS,
} from '../../../src/index.ts'
import type { Permission } from '../../../src/index.ts'

const ROOT = join(import.meta.dirname, '../../../../..')
const CHART = join(ROOT, 'charts/salvage-kit')
const EXAMPLE = join(ROOT, 'examples/kubernetes')
const SKIP = ['--set-string', 'envData.BAK_DB_SKIP=true']
const ALWAYS = [...DISCOVERY_PERMISSIONS, ...SNAPSHOT_PERMISSIONS, ...STATE_PERMISSIONS]

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})
const podTemplate = z.object({
  spec: z.object({
    jobTemplate: z.object({ spec: z.object({ template: z.looseObject({ spec: z.looseObject({}) }) }) }),
  }),
})

describe.skipIf(!part('helm').available)('the chart', () => {
  test('is well made', async () => {
    await command(helm(), ['lint', '--strict', CHART, ...SKIP])
  })

  test('renders a CronJob, a Role, a service account and nothing of the whole cluster', async () => {
    const objects = await rendered(SKIP)
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted()).toEqual([
      'ConfigMap salvage-kit-env',
      'CronJob salvage-kit',
      'CronJob salvage-kit-retain',
      'Role salvage-kit',
      'RoleBinding salvage-kit',
      'ServiceAccount salvage-kit',
    ])
  })

  test('is refused when no backup could begin', async () => {
    await expect(rendered([])).rejects.toThrow(/set one of BAK_DB_POSTGRES, BAK_DB_MYSQL and BAK_DB_SKIP/)
    await expect(rendered(['--set', 'envData.BAK_DB_SKIP=false'])).rejects.toThrow(/set one of/)
  })

  test('takes the values of backup-ns, also those that its own chart broke on', async () => {
    using folder = temporaryDirectory()
    const values = join(folder.path, 'values.yaml')
    writeFileSync(
      values,
      `
image: { repository: registry.test/salvage-kit, tag: v1, pullPolicy: Always }
imagePullSecrets: [{ name: registry }]
timeZone: Europe/Vienna
schedule: '*/5 * * * *'
roleBinding: { create: true, roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: backup-ns } }
lockPermissionFixer: { enabled: true }
volumes: [{ name: host-backup-locks, hostPath: { path: /tmp/backup-ns-locks, type: DirectoryOrCreate } }]
volumeMounts: [{ name: host-backup-locks, mountPath: /mnt/host-backup-locks }]
additionalContainers: [{ name: proxy, image: proxy }]
schedulerName: other
envData:
  BAK_DB_POSTGRES: true
  BAK_FLOCK: true
  BAK_FLOCK_TIMEOUT_SEC: 1000000
  BAK_LABEL_VS_RETAIN: daily_weekly_monthly
retention: { enabled: false }
`,
    )
    const objects = await rendered(['--values', values])
    expect(objects.map(({ kind }) => kind)).not.toContain('Role')
    expect(objects.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({
      data: {
        BAK_DB_POSTGRES: 'true',
        BAK_FLOCK: 'true',
        BAK_FLOCK_TIMEOUT_SEC: '1000000',
        BAK_LABEL_VS_TYPE: 'cronjob',
      },
    })
    expect(objects.find(({ kind }) => kind === 'CronJob')).toMatchObject({
      spec: {
        schedule: '*/5 * * * *',
        timeZone: 'Europe/Vienna',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                initContainers: [{ name: 'lock-permission-fixer' }],
                schedulerName: 'other',
                containers: [
                  {
                    image: 'registry.test/salvage-kit:v1',
                    volumeMounts: expect.arrayContaining([
                      { name: 'host-backup-locks', mountPath: '/mnt/host-backup-locks' },
                    ]),
                  },
                  { name: 'proxy' },
                ],
              },
            },
          },
        },
      },
    })
  })

  test('a configuration is a file of the pod', async () => {
    const objects = await rendered(['--set-json', 'args=["run","--tide","nightly"]', '--set', 'config.machine=shop'])
    expect(objects.find(({ metadata }) => metadata.name === 'salvage-kit-config')).toMatchObject({
      data: { 'salvage-kit.yaml': 'machine: shop\n' },
    })
  })

  test('the plain manifests are the chart with the values beside them', async () => {
    const made = await command(helm(), [
      'template',
      'salvage-kit',
      CHART,
      '--namespace',
      'shop',
      '--values',
      join(EXAMPLE, 'values.yaml'),
    ])
    expect(readFileSync(join(EXAMPLE, 'namespace.yaml'), 'utf8')).toBe(made)
  })
})

describe.skipIf(!part('helm').available || !part('kubernetes-api').available)('the chart in a cluster', () => {
  let cluster: KubernetesCluster
  let rooms = 0

  beforeAll(async () => {
    cluster = await kubernetesCluster({ level: 'api' })
  })

  afterAll(async () => cluster[Symbol.asyncDispose]())

  async function room(): Promise<string> {
    rooms += 1
    const namespace = `chart-${String(rooms)}`
    await cluster.kubectl(['create', 'namespace', namespace])
    return namespace
  }

  test.each([
    ['nothing but what snapshots take', { exec: false, scale: false, jobs: false }, ALWAYS],
    ['commands in pods', { exec: true, scale: false, jobs: false }, [...ALWAYS, ...EXEC_PERMISSIONS]],
    [
      'workloads to zero and back',
      { exec: false, scale: true, jobs: false },
      [...ALWAYS, ...SCALE_PERMISSIONS, ...EXCHANGE_PERMISSIONS],
    ],
    [
      'cuts at one instant',
      { exec: false, scale: false, jobs: false, groups: true },
      [...ALWAYS, ...GROUP_PERMISSIONS],
    ],
    [
      'copies elsewhere',
      { exec: false, scale: false, jobs: true },
      [...ALWAYS, ...JOB_PERMISSIONS, ...JOB_EVENT_PERMISSIONS],
    ],
  ])('gives the rights that are needed and no others: %s', async (_, role, permissions) => {
    const namespace = await room()
    const sets = Object.entries(role).flatMap(([name, value]) => ['--set', `role.${name}=${String(value)}`])
    await cluster.apply(await text([...SKIP, ...sets], namespace))
    const tenant = await connect({
      kubeconfig: await cluster.serviceAccount(namespace, 'salvage-kit'),
      environment: {},
    })
    const { signal } = new AbortController()
    expect(await tenant.missing(namespace, permissions, { signal })).toEqual([])
    const others = [
      ...EXEC_PERMISSIONS,
      ...SCALE_PERMISSIONS,
      ...EXCHANGE_PERMISSIONS,
      ...GROUP_PERMISSIONS,
      ...JOB_PERMISSIONS,
      ...SECRETS,
    ].filter((one) => !permissions.some((given) => isSame(one, given)) && !isReading(one))
    expect(await tenant.missing(namespace, others, { signal })).toEqual(others)
  })

  test('its pods are admitted where only restricted ones are', async () => {
    const namespace = await room()
    await cluster.kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted'])
    const objects = await rendered(SKIP, namespace)
    await cluster.apply(await text(SKIP, namespace))
    const jobs = objects.filter(({ kind }) => kind === 'CronJob')
    expect(jobs).toHaveLength(2)
    for (const { metadata, ...rest } of jobs) {
      const template = podTemplate.parse(rest).spec.jobTemplate.spec.template
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: metadata.name, namespace },
        spec: template.spec,
      })
    }
    const names = await cluster.kubectl(['--namespace', namespace, 'get', 'pods', '-o', 'name'])
    expect(names.trim().split('\n').toSorted()).toEqual(['pod/salvage-kit', 'pod/salvage-kit-retain'])
  })
})

const SECRETS: readonly Permission[] = ['get', 'list'].map((verb) => ({ verb, group: '', resource: 'secrets' }))

function isSame(one: Permission, other: Permission): boolean {
  return one.verb === other.verb && one.group === other.group && one.resource === other.resource
}

/** Looking at workloads is always allowed. */
function isReading({ verb, resource }: Permission): boolean {
  return (
    ['get', 'list'].includes(verb) &&
    ['pods', 'deployments', 'statefulsets', 'persistentvolumeclaims'].includes(resource)
  )
}

async function text(args: readonly string[], namespace = 'shop'): Promise<string> {
  return command(helm(), ['template', 'salvage-kit', CHART, '--namespace', namespace, ...args])
}

async function rendered(args: readonly string[], namespace = 'shop'): Promise<readonly z.infer<typeof objectSchema>[]> {
  return parseAllDocuments(await text(args, namespace))
    .map((document): unknown => document.toJS())
    .filter((object) => object !== null)
    .map((object) => objectSchema.parse(object))
}
