import { KINDS } from '@salvage-kit/k8s'
import { expect, it } from 'vitest'
import { DELETES, FAILS, NEVER, SKIP, TIERED, day, labelsIn } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

const signal = new AbortController().signal

/** What a backup makes, and what is left of one that fails. */
export function createSuite(world: () => NsWorld): void {
  it('1: makes a snapshot with the name, the labels and the annotation of backup-ns', async () => {
    await world().namespace('s1')
    const { code, out } = await world().ns('s1', ['create'], SKIP)
    expect(code).toBe(0)
    const [snapshot, ...others] = await world().snapshots('s1')
    expect(others).toEqual([])
    expect(snapshot?.metadata.name).toMatch(/^data-\d{4}-\d\d-\d\d-\d{6}-[a-z]{6}$/)
    expect(out).toContain(`volumesnapshot s1/${snapshot?.metadata.name ?? ''}`)
    expect(await labelsIn(world(), 's1')).toMatchObject([
      { pvc: 'data', type: 'adhoc', retain: 'days', 'retain-days': '30' },
    ])
    expect((await labelsIn(world(), 's1'))[0]?.['delete-after']).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(snapshot?.metadata.annotations?.['backup-ns.sh/env-config']).toBe("BAK_DB_SKIP='true'\nBAK_NAMESPACE='s1'")
    const left = await Array.fromAsync(world().admin.list(KINDS.lease, { namespace: 's1' }, { signal }))
    expect(left.filter(({ spec }) => JSON.stringify(spec).includes('"holderIdentity":"salvage'))).toEqual([])
  })

  it('2: the first of a day has all three tiers; the next one is never without one', async () => {
    await world().namespace('s2')
    expect((await world().ns('s2', ['create'], TIERED)).code).toBe(0)
    expect(await labelsIn(world(), 's2')).toMatchObject([{ daily: day(), monthly: day().slice(0, 7) }])
    expect((await world().ns('s2', ['create'], TIERED)).code).toBe(0)
    expect((await labelsIn(world(), 's2')).map(({ daily }) => daily)).toEqual([day(), day()])
  })

  it('4: two claims of one namespace do not take tiers from each other', async () => {
    await world().namespace('s4', ['data', 'uploads'])
    await world().ns('s4', ['create'], TIERED)
    await world().ns('s4', ['create'], { ...TIERED, BAK_PVC_NAME: 'uploads' })
    const found = await labelsIn(world(), 's4')
    expect(found.map(({ pvc }) => pvc)).toEqual(['data', 'uploads'])
    expect(found.every(({ daily, weekly }) => daily === day() && weekly !== undefined)).toBe(true)
  })

  it('6: two at once take turns, and both snapshots are protected', async () => {
    await world().namespace('s6')
    const ends = await Promise.all([1, 2].map(async () => world().ns('s6', ['create'], TIERED)))
    expect(ends.map(({ code, err }) => [code, code === 0 ? '' : err])).toEqual([
      [0, ''],
      [0, ''],
    ])
    const found = await labelsIn(world(), 's6')
    expect(found.filter(({ weekly }) => weekly !== undefined)).toHaveLength(1)
    expect(found.every(({ daily }) => daily === day())).toBe(true)
  })

  it('12: a claim whose name is too long for a label', async () => {
    const pvc = `d${'a'.repeat(68)}e`
    await world().namespace('s12', [pvc])
    expect((await world().ns('s12', ['create'], { ...TIERED, BAK_PVC_NAME: pvc })).code).toBe(0)
    const [snapshot] = await world().snapshots('s12')
    expect(snapshot?.metadata.labels?.['backup-ns.sh/pvc']?.length).toBeLessThanOrEqual(63)
    expect(snapshot?.metadata.annotations?.['salvage-kit.io/pvc']).toBe(pvc)
  })

  it('14: a name that is taken is refused, and never taken for a snapshot of this run', async () => {
    await world().namespace('s14')
    const fixed = { ...SKIP, BAK_VS_NAME_TEMPLATE: 'fixed' }
    expect((await world().ns('s14', ['create'], fixed)).code).toBe(0)
    const again = await world().ns('s14', ['create'], fixed)
    expect(again.code).toBe(1)
    expect(again.err).toContain('the name of the snapshot s14/fixed is taken')
    expect(await world().snapshots('s14')).toHaveLength(1)
  })

  it('16, D1: a snapshot that fails is removed, takes no tier, and the next attempt has all of them', async () => {
    await world().namespace('s16')
    const failed = await world().ns('s16', ['create'], { ...TIERED, BAK_VS_CLASS_NAME: FAILS })
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('the driver is out of order')
    const late = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '300ms' }
    expect((await world().ns('s16', ['create'], { ...TIERED, ...late })).code).toBe(1)
    expect(await world().snapshots('s16')).toEqual([])
    expect((await world().ns('s16', ['create'], TIERED)).code).toBe(0)
    expect(await labelsIn(world(), 's16')).toMatchObject([{ daily: day(), monthly: day().slice(0, 7) }])
  })

  it('does not wait for a snapshot to become ready when it is told not to, and says so', async () => {
    await world().namespace('unawaited')
    const unawaited = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY: 'false' }
    const { code, err } = await world().ns('unawaited', ['create'], { ...TIERED, ...unawaited })
    expect(code).toBe(0)
    expect(err).toContain('nobody waits until it is ready')
    expect(await labelsIn(world(), 'unawaited')).toMatchObject([{ daily: day(), retain: 'daily_weekly_monthly' }])
  })

  it('17: says that a class loses its snapshots with their namespace', async () => {
    await world().namespace('s17')
    const { code, err } = await world().ns('s17', ['create'], { ...SKIP, BAK_VS_CLASS_NAME: DELETES })
    expect(code).toBe(0)
    expect(err).toContain('snapshots of class deletes are lost with their namespace')
  })
}
