import type { Survey } from '@salvage-kit/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { kubernetesDiscovery } from '../../src/index.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { ResourceKind } from '../../src/resource/kind.ts'
import type { Metadata } from '../../src/resource/resource.ts'
import { forbidden } from '../fake-cluster.ts'
import type { FakeCluster } from '../fake-cluster.ts'
import { deployment, shop } from '../quiesce/world.ts'

const OURS = 'salvage-kit.io/'
const options = { signal: new AbortController().signal }

/** The rest of a controller whose pods mount a claim. */
function mounts(claimName: string): object {
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName } }]
  return { template: { spec: { containers: [{ name: 'main' }], volumes } } }
}

describe('a survey', () => {
  let on: FakeCluster
  beforeEach(() => {
    on = shop()
  })

  function put(kind: ResourceKind, metadata: Partial<Metadata> & { readonly name: string }, more: object = {}): void {
    on.put(kind, { apiVersion: 'v1', kind: kind.kind, metadata: { namespace: 'shop', ...metadata }, ...more })
  }
  function annotated(name: string, annotations: Record<string, string>): void {
    put(KINDS.claim, { name, annotations })
  }
  async function survey(): Promise<Survey> {
    return kubernetesDiscovery(on).survey(options)
  }
  test('gives each claim the tides of its own and of who uses it; who is excluded gives none', async () => {
    annotated('own', { [`${OURS}tides`]: 'weekly' })
    annotated('out', { [`${OURS}tides`]: 'weekly', [`${OURS}exclude`]: 'true' })
    annotated('of-web', { [`${OURS}tides`]: 'weekly' })
    annotated('of-cache', { [`${OURS}tides`]: 'weekly' })
    deployment(on, 1, { annotations: { [`${OURS}tides`]: 'nightly' } }, mounts('of-web'))
    deployment(
      on,
      1,
      { name: 'cache', annotations: { [`${OURS}tides`]: 'nightly', [`${OURS}exclude`]: 'true' } },
      mounts('of-cache'),
    )
    const { targets, problems } = await survey()
    expect(problems).toEqual([])
    expect(targets.map(({ ref, tides }) => [ref, tides])).toEqual([
      ['k8s:shop/of-cache', ['weekly']],
      ['k8s:shop/of-web', ['nightly', 'weekly']],
      ['k8s:shop/out', []],
      ['k8s:shop/own', ['weekly']],
    ])
  })

  test('leaves out what is about to go and what was made for a copy; not what was restored', async () => {
    put(KINDS.claim, { name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y'] })
    put(KINDS.claim, { name: 'exposed', labels: { [`${OURS}run-id`]: 'r', [`${OURS}role`]: 'exposure' } })
    put(KINDS.claim, { name: 'restored', labels: { [`${OURS}run-id`]: 'r', [`${OURS}role`]: 'place' } })
    put(KINDS.pod, { name: 'crane', labels: { [`${OURS}run-id`]: 'r' } }, { spec: { containers: [] } })
    const { targets, workloads } = await survey()
    expect(targets.map(({ ref }) => ref)).toEqual(['k8s:shop/restored'])
    expect(workloads).toEqual([])
  })

  test('a wrong annotation refuses its workload, and a wrong key is one problem', async () => {
    deployment(on, 1, { annotations: { [`${OURS}quiesce`]: 'stop', [`${OURS}tide`]: 'x' } })
    annotated('data', { [`${OURS}tides`]: 'a b' })
    const { targets, workloads, problems } = await survey()
    expect(workloads).toMatchObject([{ quiesce: [], refused: { code: 'ANNOTATION.VALUE' }, down: {} }])
    expect(targets).toMatchObject([{ tides: [] }])
    expect(problems.map(({ code, hint }) => [code, hint])).toEqual([
      ['ANNOTATION.VALUE', 'write it like nightly,weekly'],
      ['ANNOTATION.UNKNOWN', `did you mean "${OURS}tides"?`],
    ])
  })

  test('what cannot be scaled is refused when it is asked for, and has no way down', async () => {
    const owner = { apiVersion: 'v1', kind: 'Cluster', name: 'pg', uid: 'x', controller: true }
    deployment(on, 1, { ownerReferences: [owner], annotations: { [`${OURS}quiesce`]: 'scale' } })
    put(KINDS.pod, { name: 'bare', annotations: { [`${OURS}quiesce`]: 'scale' } }, { spec: { containers: [] } })
    const { workloads } = await survey()
    expect(workloads.map(({ id, refused, down }) => [id, refused?.code, down])).toEqual([
      ['k8s:shop/deployment/web', 'SCALE.OWNED', undefined],
      ['k8s:shop/pod/bare', 'SCALE.NO_CONTROLLER', undefined],
    ])
  })

  test('a workload without pods keeps its claims; pods are found through their ReplicaSet', async () => {
    for (const name of ['data-db-0', 'data-db-11', 'data-db-x', 'data-other-0', 'data', 'cache'])
      put(KINDS.claim, { name })
    deployment(on, 0, {}, mounts('data'))
    const webs = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }
    put(KINDS.replicaSet, { name: 'web-1', uid: 'rs', ownerReferences: [webs] })
    put(
      KINDS.pod,
      { name: 'web-1-a', ownerReferences: [{ ...webs, kind: 'ReplicaSet', name: 'web-1', uid: 'rs' }] },
      { spec: { containers: [], volumes: [{ name: 'c', persistentVolumeClaim: { claimName: 'cache' } }] } },
    )
    put(
      KINDS.statefulSet,
      { name: 'db' },
      {
        spec: {
          replicas: 0,
          selector: {},
          template: { spec: { containers: [] } },
          volumeClaimTemplates: [{ metadata: { name: 'data' } }],
        },
      },
    )
    const { workloads } = await survey()
    expect(workloads.map(({ id, state, uses }) => [id, state, uses])).toEqual([
      ['k8s:shop/deployment/web', 'running', ['k8s:shop/cache', 'k8s:shop/data']],
      ['k8s:shop/statefulset/db', 'stopped', ['k8s:shop/data-db-0', 'k8s:shop/data-db-11']],
    ])
  })

  test('asks for lists of its namespace alone', async () => {
    on.before = (call) => {
      if (call.verb !== 'list' || call.namespace !== 'shop') throw forbidden(call)
    }
    expect(await survey()).toEqual({ targets: [], workloads: [], problems: [] })
    expect(on.calls).toHaveLength(6)
  })

  test('claims are of the cluster of their namespace, whoever looks; where that cannot be known they are of who looks', async () => {
    annotated('data', {})
    const machine = async (settings: object = {}): Promise<unknown> =>
      (await kubernetesDiscovery(on, settings).survey(options)).targets.map((target) => target.machine)
    expect(await machine()).toEqual([undefined])
    const uid = '3f1c2b9a-77d0-4e0c-9d8e-000000000000'
    on.put(KINDS.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid } })
    expect(await machine()).toEqual(['k8s-3f1c2b9a-77d0'])
    expect(await machine({ name: 'production' })).toEqual(['production'])
    on.before = (call) => {
      if (call.kind === KINDS.namespace) throw forbidden(call)
    }
    expect(await machine()).toEqual([undefined])
  })
})
