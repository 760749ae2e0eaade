import { connect } from '@salvage-kit/k8s'
import { expect, it } from 'vitest'
import { day, labelsIn } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

/** What is pruned. */
export function retainSuite(world: () => NsWorld): void {
  it('36, 37, 39: prunes in passes and at once; nothing to do is no failure', async () => {
    await world().namespace('s36')
    const scope = ['-n', 's36']
    expect(await world().ns('s36', ['retain', ...scope])).toMatchObject({ code: 0, out: 'nothing to do\n' })
    const kept = {
      'backup-ns.sh/pvc': 'data',
      'backup-ns.sh/type': 'cronjob',
      'backup-ns.sh/retain': 'daily_weekly_monthly',
    }
    for (const ago of [3, 2, 1]) {
      const labels = { ...kept, 'backup-ns.sh/daily': day(-ago) }
      await world().put({ namespace: 's36', name: `data-${String(ago)}`, labels, cut: `${day(-ago)}T00:32:00Z` })
    }
    const rules = { RETAIN_LAST_DAILY: '1' }
    const dry = await world().ns('s36', ['retain', ...scope, '--dry-run'], rules)
    expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/data-3 .* mark /) })
    expect((await labelsIn(world(), 's36')).every((labels) => labels['delete-after'] === undefined)).toBe(true)
    expect((await world().ns('s36', ['retain', ...scope], rules)).code).toBe(0)
    expect((await labelsIn(world(), 's36')).filter((labels) => labels['delete-after'] === day())).toHaveLength(2)
    expect((await world().ns('s36', ['retain', ...scope], rules)).code).toBe(0)
    expect(await world().snapshots('s36')).toHaveLength(3)
    for (const name of ['data-2', 'data-3'])
      await world().kubernetes.kubectl([
        '-n',
        's36',
        'label',
        '--overwrite',
        'vs',
        name,
        `backup-ns.sh/delete-after=${day(-1)}`,
      ])
    await world().kubernetes.kubectl(['-n', 's36', 'label', 'vs', 'data-2', `backup-ns.sh/daily=${day(-2)}`])
    const two = { RETAIN_LAST_DAILY: '2' }
    for (const pass of ['applyRetentionPolicy', 'deleteAfterMark', 'deleteAfterSweep'])
      expect((await world().ns('s36', ['controller', pass], two)).code).toBe(0)
    expect((await world().snapshots('s36')).map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'data-1',
      'data-2',
    ])
  })

  it('41, 42: who may see two namespaces prunes these, and tells of the third', async () => {
    const names = ['s41a', 's41b', 's41c']
    for (const name of names) await world().namespace(name)
    for (const namespace of names)
      for (const ago of [2, 1]) {
        const labels = {
          'backup-ns.sh/pvc': 'data',
          'backup-ns.sh/type': 'adhoc',
          'backup-ns.sh/retain': 'days',
          'backup-ns.sh/delete-after': day(ago === 2 ? -1 : 20),
        }
        await world().put({ namespace, name: `data-${String(ago)}`, labels, cut: `${day(-ago)}T00:32:00Z` })
      }
    const kubeconfig = await world().kubernetes.serviceAccount('s41a', 'pruner')
    for (const namespace of ['s41a', 's41c']) {
      await world().kubernetes.kubectl([
        '-n',
        namespace,
        'create',
        'role',
        'prune',
        '--verb=get,list,patch,delete',
        '--resource=volumesnapshots',
      ])
      await world().kubernetes.kubectl([
        '-n',
        namespace,
        'create',
        'rolebinding',
        'prune',
        '--role=prune',
        '--serviceaccount=s41a:pruner',
      ])
    }
    const args = ['retain', ...names.flatMap((name) => ['-n', name])]
    const done = await world().ns('s41a', args, { KUBECONFIG: kubeconfig })
    expect(done).toMatchObject({ code: 3, err: expect.stringContaining('namespace s41b is left out') })
    expect(await Promise.all(names.map(async (name) => (await world().snapshots(name)).length))).toEqual([1, 2, 1])
    await using only = await connect({ kubeconfig, environment: {} })
    expect(only.namespace).toBe('s41a')
    expect((await world().ns('s41a', ['retain'], { KUBECONFIG: kubeconfig })).code).toBe(0)
  })
}
