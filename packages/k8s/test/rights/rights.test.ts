import { loadAllYaml } from '@kubernetes/client-node'
import type { ClaimSource, PlannedWork } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import * as z from 'zod'
import type { Cluster, Permission } from '../../src/index.ts'
import { jobStore, kubernetes, kubernetesDiscovery } from '../../src/index.ts'
import { fakeCluster, forbidden } from '../fake-cluster.ts'

const options = { signal: new AbortController().signal }

/** A cluster that permits nothing but this. */
function poor(may: (one: Permission, namespace: string) => boolean, user?: string): Cluster {
  return {
    ...fakeCluster('shop'),
    missing: async (namespace, wanted) => wanted.filter((one) => !may(one, namespace)),
    whoami: async () => user,
  }
}

const claim = (namespace: string): ClaimSource => ({ medium: 'pvc', namespace, name: 'data' })
const store = jobStore('offsite')

/** Two claims of two namespaces: one is cut and lifted by a Job, the other copied by a Job while its workload is held. */
const WORK: PlannedWork = {
  quiesce: [
    { workload: 'k8s:shop/deployment/web', quiescer: 'k8s.scale' },
    { workload: 'k8s:blog/pod/db', quiescer: 'k8s.exec' },
    { workload: 'docker:web', quiescer: 'docker.stop' },
  ],
  cuts: [{ snapshotter: 'csi', source: claim('shop') }],
  lifts: [
    { store, source: claim('shop'), live: false },
    { store, source: claim('blog'), live: true },
  ],
}

async function refusal(work: Promise<unknown> | undefined): Promise<{ code: string; why: string; hint: string }> {
  const failure: unknown = await work?.catch((error: unknown) => error)
  return z.object({ code: z.string(), why: z.string(), hint: z.string() }).parse(failure)
}

const Applied = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })).optional(),
})

function applied(hint: string): readonly z.infer<typeof Applied>[] {
  return loadAllYaml(hint.slice(hint.indexOf('apiVersion:'))).map((one) => Applied.parse(one))
}

test('all rights that a plan takes are asked for at once, and what is missing is one text to apply', async () => {
  const cluster = poor(() => false, 'system:serviceaccount:backup:runner')
  const { code, why, hint } = await refusal(kubernetes(cluster, {}).preflight?.(WORK, options))
  expect(code).toBe('K8S.RIGHTS')
  for (const right of ['patch deployments/scale', 'create volumesnapshots', 'create jobs'])
    expect(why.slice(why.indexOf('in shop'))).toContain(right)
  for (const right of ['create pods/exec', 'create jobs', 'get pods/log'])
    expect(why.slice(why.indexOf('in blog'))).toContain(right)
  expect(hint).toMatch(/^let an administrator apply:\n/)
  const account = { kind: 'ServiceAccount', name: 'runner', namespace: 'backup' }
  expect(applied(hint).map(({ kind, metadata, subjects }) => [metadata.namespace, kind, subjects])).toEqual(
    expect.arrayContaining(
      ['shop', 'blog'].flatMap((namespace) => [
        [namespace, 'Role', undefined],
        [namespace, 'RoleBinding', [account]],
      ]),
    ),
  )
})

test('what is permitted is not in it, and a plan for which all is permitted passes', async () => {
  const but = poor(({ resource }) => resource !== 'jobs')
  const { why, hint } = await refusal(kubernetes(but, {}).preflight?.(WORK, options))
  expect(why.replaceAll(/(?:create|get|list|delete) jobs/g, '')).not.toMatch(/pods|volumesnapshots|scale/)
  // Who asks is not known here.
  expect(hint).toMatch(/^let an administrator apply, and bind to this user:\n/)
  expect(applied(hint).map(({ kind }) => kind)).toEqual(['Role', 'Role'])
  await kubernetes(
    poor(() => true),
    {},
  ).preflight?.(WORK, options)
})

const lift = (live: boolean, to = store): PlannedWork['lifts'][number] => ({ store: to, source: claim('blog'), live })

async function asked(cluster: Cluster, work: Partial<PlannedWork>): Promise<void> {
  await kubernetes(cluster, {}).preflight?.({ quiesce: [], cuts: [], lifts: [], ...work }, options)
}

test('where nothing is copied there, the namespace of a store is asked about only without a copy of what is live', async () => {
  // That of the context is `shop`.
  const elsewhere = poor((_, namespace) => namespace !== 'shop')
  await asked(elsewhere, { lifts: [lift(true), lift(false)] })
  const refused = { code: 'K8S.RIGHTS', why: expect.stringContaining('create jobs') }
  await expect(asked(elsewhere, { lifts: [lift(false)] })).rejects.toMatchObject(refused)
  // One reference with other settings is another store.
  const lifts = [lift(true, jobStore('offsite', 'blog')), lift(false)]
  await expect(asked(elsewhere, { lifts })).rejects.toMatchObject(refused)
})

test('cuts at one instant take the rights for groups, others do not', async () => {
  const cluster = poor(({ resource }) => resource !== 'volumegroupsnapshots')
  const cut = { snapshotter: 'csi', source: claim('shop') }
  await asked(cluster, { cuts: [cut] })
  await expect(asked(cluster, { cuts: [cut, { ...cut, together: 'run-t1' }] })).rejects.toMatchObject({
    code: 'K8S.RIGHTS',
    why: expect.stringContaining('create volumegroupsnapshots'),
  })
})

test('a namespace that may not be looked at says all that looking takes', async () => {
  const cluster = fakeCluster('shop')
  cluster.before = (call) => {
    if (call.kind.plural === 'pods') throw forbidden(call)
  }
  const user: Cluster = {
    ...cluster,
    missing: async (_, wanted) => wanted.filter(({ group }) => group === ''),
    whoami: async () => 'jane',
  }
  const { code, why, hint } = await refusal(kubernetesDiscovery(user).survey(options))
  expect([code, why]).toEqual([
    'K8S.RIGHTS',
    'missing: list pods, get pods, watch pods, list persistentvolumeclaims, get persistentvolumeclaims',
  ])
  expect(applied(hint).map(({ subjects }) => subjects)).toEqual([undefined, [{ kind: 'User', name: 'jane' }]])
})
