import { KINDS } from '@salvage-kit/k8s'
import { expect, it } from 'vitest'
import { SKIP, TIERED, day, labelsIn } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

const signal = new AbortController().signal

/** What is done with snapshots and contents. */
export function snapshotSuite(world: () => NsWorld): void {
  it('lists what is kept, as a table and as objects', async () => {
    await world().namespace('list')
    await world().ns('list', ['create'], TIERED)
    await world().ns('list', ['create'], SKIP)
    const all = await world().ns('list', ['list', '-n', 'list'])
    expect(all).toMatchObject({ code: 0, out: expect.stringMatching(/^NAME +READYTOUSE/) })
    expect(all.out.trim().split('\n')).toHaveLength(3)
    const json = await world().ns('list', ['list', '-n', 'list', '--daily', '--cronjob', '-o', 'json'])
    expect(JSON.parse(json.out)).toMatchObject({ kind: 'List', items: [{ kind: 'VolumeSnapshot' }] })
    expect((await world().ns('list', ['list', '-n', 'list', '--adhoc', '-o', 'yaml'])).out).toContain(
      'kind: VolumeSnapshot',
    )
    expect((await world().ns('list', ['list', '-A'])).out).toMatch(/^NAMESPACE +NAME/)
    expect((await world().ns('list', ['list', '-A', '-n', 'list'])).code).toBe(2)
  })

  it('9.6: removes a snapshot and its storage, a snapshot that nobody has bound too', async () => {
    await world().namespace('delete')
    await world().ns('delete', ['create'], SKIP)
    const [snapshot] = await world().snapshots('delete')
    const { name = '', uid = '' } = snapshot?.metadata ?? {}
    const gone = await world().ns('delete', ['delete', name, '-n', 'delete'])
    expect(gone).toMatchObject({ code: 0, err: expect.stringContaining('the last good snapshot') })
    expect(await world().snapshots('delete')).toEqual([])
    const content = { name: `snapcontent-${uid}` }
    await expect.poll(async () => world().admin.get(KINDS.volumeSnapshotContent, content, { signal })).toBeUndefined()
    expect((await world().ns('delete', ['delete', 'none', '-n', 'delete'])).code).toBe(1)
  })

  it('52: makes a claim of a snapshot, or prints it, and never takes the place of another', async () => {
    await world().namespace('s52')
    await world().ns('s52', ['create'], SKIP)
    const name = (await world().snapshots('s52'))[0]?.metadata.name ?? ''
    const printed = await world().ns('s52', ['restore', name, '-p', 'new', '-n', 's52', '-o', 'json'])
    expect(JSON.parse(printed.out)).toMatchObject({
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 's52', name: 'new' },
      spec: { dataSource: { name, kind: 'VolumeSnapshot' }, resources: { requests: { storage: '1Gi' } } },
    })
    expect((await world().ns('s52', ['restore', name, '-p', 'new', '-n', 's52'])).code).toBe(0)
    expect((await world().ns('s52', ['restore', name, '-p', 'new', '-n', 's52'])).code).toBe(2)
    expect((await world().ns('s52', ['restore', name, '-n', 's52'])).code).toBe(2)
    const waiting = await world().ns('s52', ['restore', name, '-p', 'w', '-n', 's52', '--wait', '--timeout', '1s'])
    expect(waiting).toMatchObject({ code: 1, err: expect.stringContaining('has no volume after 1s') })
  })

  it('54, 56, 57: contents are told what snapshots say, and bound again', async () => {
    await world().namespace('s54')
    await world().ns('s54', ['create'], TIERED)
    const before = (await world().snapshots('s54'))[0]
    const { name = '', uid = '' } = before?.metadata ?? {}
    const content = `snapcontent-${uid}`
    expect((await world().ns('s54', ['controller', 'syncMetadataToVsc'])).code).toBe(0)
    await world().admin.patch(
      KINDS.volumeSnapshot,
      { namespace: 's54', name },
      { type: 'merge', body: { metadata: { labels: { 'backup-ns.sh/weekly': null } } } },
      { signal },
    )
    await world().ns('s54', ['controller', 'syncMetadataToVsc'])
    const mirrored = await world().admin.get(KINDS.volumeSnapshotContent, { name: content }, { signal })
    expect(mirrored?.metadata.labels).toMatchObject({ 'backup-ns.sh/daily': day() })
    expect(mirrored?.metadata.labels).not.toHaveProperty(['backup-ns.sh/weekly'])
    expect(mirrored?.metadata.annotations).toHaveProperty(['backup-ns.sh/env-config'])
    await world().admin.remove(KINDS.volumeSnapshot, { namespace: 's54', name }, { signal })
    const bound = await world().ns('s54', ['rebindVsc', content], { BAK_VS_RAND: 'zzzzzz' })
    expect(bound).toMatchObject({ code: 0, out: expect.stringContaining(name.replace(/-[a-z]+$/, '-zzzzzz')) })
    expect(await labelsIn(world(), 's54')).toMatchObject([{ daily: day(), pvc: 'data' }])
  })
}
