import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, KINDS } from '@salvage-kit/k8s'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAILS, DELETES, NEVER, nsWorld } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

const signal = new AbortController().signal
const SKIP = { BAK_DB_SKIP: 'true' }
const TIERED = { ...SKIP, BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly', BAK_LABEL_VS_TYPE: 'cronjob' }

function day(offset = 0): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Vienna', dateStyle: 'short' })
  return format.format(new Date(Date.now() + offset * 86_400_000))
}

describe.skipIf(!part('kubernetes-api').available)('the verbs of namespaces on a real API server', () => {
  let world: NsWorld
  beforeAll(async () => {
    world = await nsWorld()
  })
  afterAll(async () => world?.[Symbol.asyncDispose]())

  const labelsOf = async (namespace: string): Promise<readonly Record<string, string>[]> =>
    (await world.snapshots(namespace)).map(({ metadata: { labels = {} } }) =>
      Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.replace('backup-ns.sh/', ''), value])),
    )

  it('1: makes a snapshot with the name, the labels and the annotation of backup-ns', async () => {
    await world.namespace('s1')
    const { code, out } = await world.ns('s1', ['create'], SKIP)
    expect(code).toBe(0)
    const [snapshot, ...others] = await world.snapshots('s1')
    expect(others).toEqual([])
    expect(snapshot?.metadata.name).toMatch(/^data-\d{4}-\d\d-\d\d-\d{6}-[a-z]{6}$/)
    expect(out).toContain(`volumesnapshot s1/${snapshot?.metadata.name ?? ''}`)
    expect(await labelsOf('s1')).toMatchObject([{ pvc: 'data', type: 'adhoc', retain: 'days', 'retain-days': '30' }])
    expect((await labelsOf('s1'))[0]?.['delete-after']).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(snapshot?.metadata.annotations?.['backup-ns.sh/env-config']).toBe("BAK_DB_SKIP='true'\nBAK_NAMESPACE='s1'")
    const left = await Array.fromAsync(world.admin.list(KINDS.lease, { namespace: 's1' }, { signal }))
    expect(left.filter(({ spec }) => JSON.stringify(spec).includes('"holderIdentity":"salvage'))).toEqual([])
  })

  it('2: the first of a day has all three tiers; the next one is never without one', async () => {
    await world.namespace('s2')
    expect((await world.ns('s2', ['create'], TIERED)).code).toBe(0)
    expect(await labelsOf('s2')).toMatchObject([{ daily: day(), monthly: day().slice(0, 7) }])
    expect((await world.ns('s2', ['create'], TIERED)).code).toBe(0)
    expect((await labelsOf('s2')).map(({ daily }) => daily)).toEqual([day(), day()])
  })

  it('4: two claims of one namespace do not take tiers from each other', async () => {
    await world.namespace('s4', ['data', 'uploads'])
    await world.ns('s4', ['create'], TIERED)
    await world.ns('s4', ['create'], { ...TIERED, BAK_PVC_NAME: 'uploads' })
    const found = await labelsOf('s4')
    expect(found.map(({ pvc, daily, weekly }) => [pvc, daily, weekly === undefined]).toSorted()).toEqual([
      ['data', day(), false],
      ['uploads', day(), false],
    ])
  })

  it('6: two at once take turns, and both snapshots are protected', async () => {
    await world.namespace('s6')
    const ends = await Promise.all([1, 2].map(async () => world.ns('s6', ['create'], TIERED)))
    expect(ends.map(({ code, err }) => [code, code === 0 ? '' : err])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const found = await labelsOf('s6')
    expect(found.filter(({ weekly }) => weekly !== undefined)).toHaveLength(1)
    expect(found.every(({ daily }) => daily === day())).toBe(true)
  })

  it('12: a claim whose name is too long for a label', async () => {
    const pvc = `d${'a'.repeat(68)}e`
    await world.namespace('s12', [pvc])
    expect((await world.ns('s12', ['create'], { ...TIERED, BAK_PVC_NAME: pvc })).code).toBe(0)
    const [snapshot] = await world.snapshots('s12')
    expect(snapshot?.metadata.labels?.['backup-ns.sh/pvc']?.length).toBeLessThanOrEqual(63)
    expect(snapshot?.metadata.annotations?.['salvage-kit.io/pvc']).toBe(pvc)
  })

  it('14: a name that is taken is refused, and never taken for a snapshot of this run', async () => {
    await world.namespace('s14')
    const fixed = { ...SKIP, BAK_VS_NAME_TEMPLATE: 'fixed' }
    expect((await world.ns('s14', ['create'], fixed)).code).toBe(0)
    const again = await world.ns('s14', ['create'], fixed)
    expect(again.code).toBe(1)
    expect(again.err).toContain('the name of the snapshot s14/fixed is taken')
    expect(await world.snapshots('s14')).toHaveLength(1)
  })

  it('16, D1: a snapshot that fails is removed, takes no tier, and the next attempt has all of them', async () => {
    await world.namespace('s16')
    const failed = await world.ns('s16', ['create'], { ...TIERED, BAK_VS_CLASS_NAME: FAILS })
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('the driver is out of order')
    const late = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '300ms' }
    expect((await world.ns('s16', ['create'], { ...TIERED, ...late })).code).toBe(1)
    expect(await world.snapshots('s16')).toEqual([])
    expect((await world.ns('s16', ['create'], TIERED)).code).toBe(0)
    expect(await labelsOf('s16')).toMatchObject([{ daily: day(), monthly: day().slice(0, 7) }])
  })

  it('does not wait for a snapshot to become ready when it is told not to, and says so', async () => {
    await world.namespace('unawaited')
    const unawaited = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY: 'false' }
    const { code, err } = await world.ns('unawaited', ['create'], { ...TIERED, ...unawaited })
    expect(code).toBe(0)
    expect(err).toContain('nobody waits until it is ready')
    expect(await labelsOf('unawaited')).toMatchObject([{ daily: day(), retain: 'daily_weekly_monthly' }])
  })

  it('17: says that a class loses its snapshots with their namespace', async () => {
    await world.namespace('s17')
    const { code, err } = await world.ns('s17', ['create'], { ...SKIP, BAK_VS_CLASS_NAME: DELETES })
    expect(code).toBe(0)
    expect(err).toContain('snapshots of class deletes are lost with their namespace')
  })

  it('a dry run checks and plans, and changes nothing', async () => {
    await world.namespace('dry')
    const { code, out } = await world.ns('dry', ['create'], { ...SKIP, BAK_DRY_RUN: 'true', BAK_FLOCK: 'true' })
    expect(code).toBe(0)
    expect(out).toContain('k8s:dry/data')
    expect(await world.snapshots('dry')).toEqual([])
    expect(await world.kubernetes.kubectl(['-n', 'dry', 'get', 'configmaps,leases', '-o', 'name'])).not.toContain(
      'salvage',
    )
  })

  it('O8, O13, 51: what is wrong is told before anything is made', async () => {
    await world.namespace('wrong')
    const create = async (variables: Readonly<Record<string, string>>) => world.ns('wrong', ['create'], variables)
    expect(await create({})).toMatchObject({ code: 1, err: expect.stringContaining('BAK_DB_SKIP=true') })
    expect(await create({ ...SKIP, BAK_DRY_RUN: 'yes' })).toMatchObject({ code: 2 })
    expect(await create({ ...SKIP, BAK_PVC_NAME: 'none' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no claim wrong/none'),
    })
    expect(await create({ ...SKIP, BAK_FLOCK: 'true', BAK_FLOCK_COUNT: '0' })).toMatchObject({ code: 2 })
    expect(await create({ ...SKIP, BAK_FLOCK: 'true', BAK_FLOCK_DIR: '/none' })).toMatchObject({ code: 1 })
    expect(await create({ ...SKIP, BAK_VS_CLASS_NAME: 'none' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no VolumeSnapshotClass none'),
    })
    const kubeconfig = await world.kubernetes.serviceAccount('wrong', 'nobody')
    const refused = await create({ ...SKIP, KUBECONFIG: kubeconfig })
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('kind: Role') })
    expect(await world.snapshots('wrong')).toEqual([])
  })

  it('49: with one lock file the second waits, and gives up in time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ns-flock-'))
    try {
      await world.namespace('s49', ['data', 'other'])
      const flock = { ...SKIP, BAK_FLOCK: 'true', BAK_FLOCK_COUNT: '1', BAK_FLOCK_DIR: directory }
      const ends = await Promise.all(
        ['data', 'other'].map(async (pvc) => world.ns('s49', ['create'], { ...flock, BAK_PVC_NAME: pvc })),
      )
      expect(ends.map(({ code }) => code)).toEqual([0, 0])
      const slow = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '2s' }
      const held = world.ns('s49', ['create'], { ...flock, ...slow })
      await expect.poll(async () => (await world.snapshots('s49')).length).toBe(3)
      const late = await world.ns('s49', ['create'], { ...flock, BAK_PVC_NAME: 'other', BAK_FLOCK_TIMEOUT_SEC: '1' })
      expect(late).toMatchObject({
        code: 1,
        err: expect.stringContaining('timeout exceeded while trying to acquire lock'),
      })
      expect((await held).code).toBe(1)
      expect(await world.snapshots('s49')).toHaveLength(2)
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('51: Leases do where there is no directory of the node', async () => {
    await world.namespace('s51')
    const leases = { BAK_FLOCK: 'true', BAK_FLOCK_COUNT: '1', BAK_FLOCK_LEASES: 's51/backups' }
    expect((await world.ns('s51', ['create'], { ...SKIP, ...leases })).code).toBe(0)
    expect(await world.kubernetes.kubectl(['-n', 's51', 'get', 'leases', '-o', 'name'])).toContain('backups-1')
  })

  it('lists what is kept, as a table and as objects', async () => {
    await world.namespace('list')
    await world.ns('list', ['create'], TIERED)
    await world.ns('list', ['create'], SKIP)
    const all = await world.ns('list', ['list', '-n', 'list'])
    expect(all).toMatchObject({ code: 0, out: expect.stringMatching(/^NAME +READYTOUSE/) })
    expect(all.out.trim().split('\n')).toHaveLength(3)
    const json = await world.ns('list', ['list', '-n', 'list', '--daily', '--cronjob', '-o', 'json'])
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'List', items: [{ kind: 'VolumeSnapshot' }] })
    expect((await world.ns('list', ['list', '-n', 'list', '--adhoc', '-o', 'yaml'])).out).toContain(
      'kind: VolumeSnapshot',
    )
    expect((await world.ns('list', ['list', '-A'])).out).toMatch(/^NAMESPACE +NAME/)
    expect((await world.ns('list', ['list', '-A', '-n', 'list'])).code).toBe(2)
  })

  it('9.6: removes a snapshot and its storage, a snapshot that nobody has bound too', async () => {
    await world.namespace('delete')
    await world.ns('delete', ['create'], SKIP)
    const [snapshot] = await world.snapshots('delete')
    const { name = '', uid = '' } = snapshot?.metadata ?? {}
    const gone = await world.ns('delete', ['delete', name, '-n', 'delete'])
    expect(gone).toMatchObject({ code: 0, err: expect.stringContaining('the last good snapshot') })
    expect(await world.snapshots('delete')).toEqual([])
    const content = { name: `snapcontent-${uid}` }
    await expect.poll(async () => world.admin.get(KINDS.volumeSnapshotContent, content, { signal })).toBeUndefined()
    expect((await world.ns('delete', ['delete', 'none', '-n', 'delete'])).code).toBe(1)
  })

  it('52: makes a claim of a snapshot, or prints it, and never takes the place of another', async () => {
    await world.namespace('s52')
    await world.ns('s52', ['create'], SKIP)
    const name = (await world.snapshots('s52'))[0]?.metadata.name ?? ''
    const printed = await world.ns('s52', ['restore', name, '-p', 'new', '-n', 's52', '-o', 'json'])
    expect(JSON.parse(printed.out)).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 's52', name: 'new' },
      spec: { dataSource: { name, kind: 'VolumeSnapshot' }, resources: { requests: { storage: '1Gi' } } },
    })
    expect((await world.ns('s52', ['restore', name, '-p', 'new', '-n', 's52'])).code).toBe(0)
    expect((await world.ns('s52', ['restore', name, '-p', 'new', '-n', 's52'])).code).toBe(2)
    expect((await world.ns('s52', ['restore', name, '-n', 's52'])).code).toBe(2)
    const waiting = await world.ns('s52', ['restore', name, '-p', 'w', '-n', 's52', '--wait', '--timeout', '1s'])
    expect(waiting).toMatchObject({ code: 1, err: expect.stringContaining('has no volume after 1s') })
  })

  it('54, 56, 57: contents are told what snapshots say, and bound again', async () => {
    await world.namespace('s54')
    await world.ns('s54', ['create'], TIERED)
    const before = (await world.snapshots('s54'))[0]
    const { name = '', uid = '' } = before?.metadata ?? {}
    const content = `snapcontent-${uid}`
    expect((await world.ns('s54', ['controller', 'syncMetadataToVsc'])).code).toBe(0)
    await world.admin.patch(
      KINDS.volumeSnapshot,
      { namespace: 's54', name },
      { type: 'merge', body: { metadata: { labels: { 'backup-ns.sh/weekly': null } } } },
      { signal },
    )
    await world.ns('s54', ['controller', 'syncMetadataToVsc'])
    const mirrored = await world.admin.get(KINDS.volumeSnapshotContent, { name: content }, { signal })
    expect(mirrored?.metadata.labels).toMatchObject({ 'backup-ns.sh/daily': day() })
    expect(mirrored?.metadata.labels).not.toHaveProperty(['backup-ns.sh/weekly'])
    expect(mirrored?.metadata.annotations).toHaveProperty(['backup-ns.sh/env-config'])
    await world.admin.remove(KINDS.volumeSnapshot, { namespace: 's54', name }, { signal })
    const bound = await world.ns('s54', ['rebindVsc', content], { BAK_VS_RAND: 'zzzzzz' })
    expect(bound).toMatchObject({ code: 0, out: expect.stringContaining(name.replace(/-[a-z]+$/, '-zzzzzz')) })
    expect(await labelsOf('s54')).toMatchObject([{ daily: day(), pvc: 'data' }])
  })

  it('36, 37, 39: prunes in passes and at once; nothing to do is no failure', async () => {
    await world.namespace('s36')
    const scope = ['-n', 's36']
    expect(await world.ns('s36', ['retain', ...scope])).toMatchObject({ code: 0, out: 'nothing to do\n' })
    const kept = {
      'backup-ns.sh/pvc': 'data',
      'backup-ns.sh/type': 'cronjob',
      'backup-ns.sh/retain': 'daily_weekly_monthly',
    }
    for (const ago of [3, 2, 1]) {
      const labels = { ...kept, 'backup-ns.sh/daily': day(-ago) }
      await world.put({ namespace: 's36', name: `data-${String(ago)}`, labels, cut: `${day(-ago)}T00:32:00Z` })
    }
    const rules = { RETAIN_LAST_DAILY: '1' }
    const dry = await world.ns('s36', ['retain', ...scope, '--dry-run'], rules)
    expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/data-3 .* mark /) })
    expect((await labelsOf('s36')).every((labels) => labels['delete-after'] === undefined)).toBe(true)
    expect((await world.ns('s36', ['retain', ...scope], rules)).code).toBe(0)
    expect((await labelsOf('s36')).filter((labels) => labels['delete-after'] === day())).toHaveLength(2)
    expect((await world.ns('s36', ['retain', ...scope], rules)).code).toBe(0)
    expect(await world.snapshots('s36')).toHaveLength(3)
    for (const name of ['data-2', 'data-3'])
      await world.kubernetes.kubectl([
        '-n',
        's36',
        'label',
        '--overwrite',
        'vs',
        name,
        `backup-ns.sh/delete-after=${day(-1)}`,
      ])
    await world.kubernetes.kubectl(['-n', 's36', 'label', 'vs', 'data-2', `backup-ns.sh/daily=${day(-2)}`])
    const two = { RETAIN_LAST_DAILY: '2' }
    for (const pass of ['applyRetentionPolicy', 'deleteAfterMark', 'deleteAfterSweep'])
      expect((await world.ns('s36', ['controller', pass], two)).code).toBe(0)
    expect((await world.snapshots('s36')).map(({ metadata }) => metadata.name).toSorted()).toEqual(['data-1', 'data-2'])
  })

  it('41, 42: who may see two namespaces prunes these, and tells of the third', async () => {
    const names = ['s41a', 's41b', 's41c']
    for (const name of names) await world.namespace(name)
    for (const namespace of names)
      for (const ago of [2, 1]) {
        const labels = {
          'backup-ns.sh/pvc': 'data',
          'backup-ns.sh/type': 'adhoc',
          'backup-ns.sh/retain': 'days',
          'backup-ns.sh/delete-after': day(ago === 2 ? -1 : 20),
        }
        await world.put({ namespace, name: `data-${String(ago)}`, labels, cut: `${day(-ago)}T00:32:00Z` })
      }
    const kubeconfig = await world.kubernetes.serviceAccount('s41a', 'pruner')
    for (const namespace of ['s41a', 's41c']) {
      await world.kubernetes.kubectl([
        '-n',
        namespace,
        'create',
        'role',
        'prune',
        '--verb=get,list,patch,delete',
        '--resource=volumesnapshots',
      ])
      await world.kubernetes.kubectl([
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
    const done = await world.ns('s41a', args, { KUBECONFIG: kubeconfig })
    expect(done).toMatchObject({ code: 3, err: expect.stringContaining('namespace s41b is left out') })
    expect(await Promise.all(names.map(async (name) => (await world.snapshots(name)).length))).toEqual([1, 2, 1])
    await using only = await connect({ kubeconfig, environment: {} })
    expect(only.namespace).toBe('s41a')
    expect((await world.ns('s41a', ['retain'], { KUBECONFIG: kubeconfig })).code).toBe(0)
  })
})
