import { part } from '@salvage-kit/testbed'
import type { ClaimSource, SnapshotRef, Snapshotter, Store } from '@salvage-kit/core'
import { snapshotterContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { KINDS } from '../../../src/resource/kind.ts'
import { roleFor } from '../../../src/client/role.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { groupKindOf } from '../../../src/snapshot/group/group-kind.ts'
import { GROUP_PERMISSIONS } from '../../../src/snapshot/permission.ts'
import { sweepCuts } from '../../../src/snapshot/sweep.ts'
import { kept, options } from './cut.ts'
import { newTenant, type Tenant } from './tenant.ts'

const store: Store = { ref: 'csi:groups', crane: 'csi', settings: {} }
const GROUPS = groupKindOf('v1')
/** Writes numbers to two claims in turn, each on the disk before the next. */
const WRITER = 'n=0; while :; do n=$((n+1)); for d in one two; do echo $n >> /$d/file; sync /$d/file; done; done'

function writer(namespace: string, claims: readonly [string, string]): object {
  const [one, two] = claims
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'writer' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'salvage-test/busybox',
          imagePullPolicy: 'Never',
          command: ['sh', '-c', WRITER],
          volumeMounts: [
            { name: 'one', mountPath: '/one' },
            { name: 'two', mountPath: '/two' },
          ],
        },
      ],
      volumes: [
        { name: 'one', persistentVolumeClaim: { claimName: one } },
        { name: 'two', persistentVolumeClaim: { claimName: two } },
      ],
    },
  }
}

describe.skipIf(!part('kubernetes').available)('claims that one pod writes in lockstep', () => {
  let tenant: Tenant
  let sources: readonly [ClaimSource, ClaimSource]
  let count = 0
  const make = (): Snapshotter =>
    csiSnapshotter(tenant.cluster, {
      namespaces: [tenant.namespace],
      class: 'csi-hostpath-snapclass',
      groupClass: 'csi-hostpath-groupsnapclass',
    })
  const refsOf = async (): Promise<readonly [SnapshotRef, SnapshotRef]> => {
    count += 1
    const runId = `20261121t080000z-c0ffee${String(count)}`
    const ref = async (source: ClaimSource, n: number): Promise<SnapshotRef> => {
      const support = await make().probe(source, options)
      if (!support.supported || support.together === undefined) throw new Error('it cannot be cut together')
      const target = `k8s:${source.namespace}/${source.name}` as const
      const id = `${runId}-s${String(n)}`
      return { id, runId, target, source, token: support.token, together: `${runId}-t1` }
    }
    return [await ref(sources[0], 1), await ref(sources[1], 2)]
  }
  const last = async (of: ClaimSource): Promise<number> =>
    Number((await tenant.read(of, 'file')).trim().split('\n').at(-1))
  const groups = async (): Promise<readonly string[]> => {
    const names: string[] = []
    for await (const { metadata } of tenant.admin.listMetadata(GROUPS, { namespace: tenant.namespace }, options))
      names.push(metadata.name)
    return names
  }
  /** What stands on the storage for this namespace. */
  const contents = async (): Promise<number> => {
    const all = await tenant.kubernetes.kubectl([
      'get',
      'volumesnapshotcontents,volumegroupsnapshotcontents',
      '-o',
      'jsonpath={range .items[*]}{.spec.volumeSnapshotRef.namespace}{.spec.volumeGroupSnapshotRef.namespace}{"\\n"}{end}',
    ])
    return all.split('\n').filter((line) => line === tenant.namespace).length
  }
  const marks = async (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      sources.map(async (at) => {
        const found = await tenant.admin.get(KINDS.claim, at, options)
        return found?.metadata.labels?.['salvage-kit.io/group']
      }),
    )

  beforeAll(async () => {
    tenant = await newTenant()
    const { namespace, account } = tenant
    const [, name = ''] = account.split(':')
    const subject = { kind: 'ServiceAccount', name } as const
    const role = roleFor(GROUP_PERMISSIONS, { namespace, subject }).replaceAll('name: salvage-kit', 'name: groups')
    await tenant.kubernetes.apply(role)
    sources = [await tenant.newClaim(), await tenant.newClaim()]
    await tenant.kubernetes.apply(writer(namespace, [sources[0].name, sources[1].name]))
    await tenant.kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/writer')
    await vi.waitFor(async () => expect(await last(sources[1])).toBeGreaterThan(0), { timeout: 30_000 })
  })
  afterAll(async () => tenant?.[Symbol.asyncDispose]())

  snapshotterContract('csi, together', async () => {
    const [source, other] = [await tenant.newClaim(), await tenant.newClaim()]
    const write = (of: ClaimSource) => async (text: string) => tenant.write(of, text)
    return {
      snapshotter: make(),
      again: make,
      source,
      write: write(source),
      beside: { source: other, write: write(other) },
      read: tenant.read,
      leftovers: async () => [...(await groups()), ...(await tenant.leftovers())],
      [Symbol.asyncDispose]: async () => {
        for (const claim of [source, other]) await tenant.admin.remove(KINDS.claim, claim, options)
      },
    }
  })

  it('are cut at one instant, which one after the other are not', async () => {
    const snapshotter = make()
    const pair = async (refs: readonly SnapshotRef[]): Promise<number> => {
      const [one, two] = await Promise.all(
        refs.map(async (ref) => last(claimOf(await snapshotter.expose(ref, options)))),
      )
      for (const ref of refs) await make().drop(ref, options)
      expect(two).toBeGreaterThan(0)
      return (one ?? 0) - (two ?? 0)
    }
    for (const round of [1, 2, 3]) {
      const refs = await refsOf()
      await snapshotter.takeTogether?.(refs, options)
      expect(await marks()).toEqual([undefined, undefined])
      expect(await pair(refs), `round ${String(round)}`).toBeOneOf([0, 1])
      expect([await groups(), await tenant.leftovers()]).toEqual([[], []])
    }
    const [one, two] = await refsOf()
    const alone = [one, two].map(({ together: _, ...ref }) => ref)
    for (const ref of alone) await snapshotter.take(ref, options)
    expect(await pair(alone)).toBeLessThan(0)
  }, 240_000)

  it('are kept and removed one by one, and the group goes with the last', async () => {
    const [first, second] = await refsOf()
    const [one, two] = [kept(first, store), kept(second, store)]
    await make().takeTogether?.([one, two], options)
    const keeper = make().keeps
    if (keeper === undefined) throw new Error('nothing is kept')
    const points = [(await keeper.keep(one, options)).point, (await keeper.keep(two, options)).point] as const
    expect(points.map(({ target }) => target)).toEqual([one.target, two.target])
    const listed = async (): Promise<readonly string[]> => {
      const ids: string[] = []
      for await (const { id } of make().keeps?.points.list(store, options) ?? []) ids.push(id)
      return ids
    }
    expect(await listed()).toHaveLength(2)
    await keeper.points.remove([points[0]], store, options)
    expect(await listed()).toEqual([points[1].id])
    expect(await groups()).toHaveLength(1)
    expect(await last(claimOf(await make().expose(two, options)))).toBeGreaterThan(0)
    await make().conceal(two, options)
    await keeper.points.remove([points[1]], store, options)
    expect([await listed(), await groups(), await tenant.leftovers()]).toEqual([[], [], []])
  }, 240_000)

  it('are not cut when one of them is not the one that was meant', async () => {
    const [one, two] = await refsOf()
    const other = { ...one, token: two.token }
    const cut = make().takeTogether?.([other, two], options)
    await expect(cut).rejects.toMatchObject({ code: 'CSI.CLAIM_CHANGED' })
    for (const ref of [other, two]) await make().drop(ref, options)
    expect([await groups(), await marks()]).toEqual([[], [undefined, undefined]])
  })

  it('leave nothing when nobody waits for the cut', async () => {
    const refs = await refsOf()
    const aborted = new AbortController()
    const cut = make().takeTogether?.(refs, { signal: aborted.signal })
    setTimeout(() => aborted.abort(), 30)
    await expect(cut).rejects.toThrow()
    await Promise.all(refs.map(async (ref) => make().drop(ref, options)))
    expect([await groups(), await tenant.leftovers(), await marks()]).toEqual([[], [], [undefined, undefined]])
    await vi.waitFor(async () => expect(await contents()).toBe(0), { timeout: 30_000 })
  }, 120_000)

  it('whose run nobody knows any more are swept, and one that goes alone goes with the sweep', async () => {
    const sweep = async (isKnown: boolean): Promise<void> =>
      sweepCuts(
        tenant.cluster,
        { namespaces: [tenant.namespace], now: new Date(), olderThanMs: 0, isKnown: async () => isKnown },
        options,
      )
    const unknown = await refsOf()
    await make().takeTogether?.(unknown, options)
    await make().expose(unknown[0], options)
    await sweep(true)
    expect(await groups()).toHaveLength(1)
    await sweep(false)
    expect([await groups(), await tenant.leftovers()]).toEqual([[], []])
    const [one, two] = await refsOf()
    const both = [kept(one, store), kept(two, store)] as const
    await make().takeTogether?.(both, options)
    for (const ref of both) await make().keeps?.keep(ref, options)
    await tenant.kubectl('delete', 'volumesnapshots', '--all', '--wait=false')
    await sweep(true)
    expect([await groups(), await tenant.leftovers()]).toEqual([[], []])
    await vi.waitFor(async () => expect(await contents()).toBe(0), { timeout: 30_000 })
  }, 120_000)
})
