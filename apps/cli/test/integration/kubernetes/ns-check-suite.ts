import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { backupRights } from './ns-jobs.ts'
import { NEVER, SKIP, TIERED, day, labelsIn } from './ns-world.ts'
import type { NsWorld } from './ns-world.ts'

/** What is checked, and waited for, before a backup begins. */
export function checkSuite(world: () => NsWorld): void {
  it('a dry run checks and plans, and changes nothing', async () => {
    await world().namespace('dry')
    const { code, out } = await world().ns('dry', ['create'], { ...SKIP, BAK_DRY_RUN: 'true', BAK_FLOCK: 'true' })
    expect(code).toBe(0)
    expect(out).toContain('k8s:dry/data')
    expect(await world().snapshots('dry')).toEqual([])
    expect(await world().kubernetes.kubectl(['-n', 'dry', 'get', 'configmaps,leases', '-o', 'name'])).not.toContain(
      'salvage',
    )
  })

  it('O8, O13, 51: what is wrong is told before anything is made', async () => {
    await world().namespace('wrong')
    const create = async (variables: Readonly<Record<string, string>>) => world().ns('wrong', ['create'], variables)
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
    const kubeconfig = await world().kubernetes.serviceAccount('wrong', 'nobody')
    const refused = await create({ ...SKIP, KUBECONFIG: kubeconfig })
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('kind: Role') })
    expect(await world().snapshots('wrong')).toEqual([])
  })

  it('10.1, D1: the rights of backup-ns alone do: what fails stays, and takes no tier from what is good', async () => {
    await world().namespace('few')
    const kubeconfig = await world().kubernetes.serviceAccount('few', 'backup-ns')
    await world().kubernetes.apply(...backupRights('few', 'backup-ns'))
    const few = { ...TIERED, KUBECONFIG: kubeconfig }
    const late = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '300ms' }
    expect(await world().ns('few', ['create'], { ...few, ...late })).toMatchObject({ code: 4 })
    const made = await world().ns('few', ['create'], few)
    expect(made, made.err).toMatchObject({ code: 0, err: expect.stringContaining('are those of backup-ns') })
    expect((await world().ns('few', ['create'], { ...few, BAK_LABEL_VS_RETAIN: 'days' })).code).toBe(0)
    const found = await labelsIn(world(), 'few')
    expect(found.filter(({ retain }) => retain === 'days')).toMatchObject([{ 'delete-after': day(30) }])
    const tiered = found.filter(({ retain }) => retain === 'daily_weekly_monthly')
    expect(tiered.map(({ daily, monthly }) => [daily, monthly])).toEqual([
      [day(), day().slice(0, 7)],
      [day(), day().slice(0, 7)],
    ])
    expect((await world().ns('few', ['list', '-n', 'few'])).out.trim().split('\n')).toHaveLength(4)
  })

  it('49: with one lock file the second waits, and gives up in time', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ns-flock-'))
    try {
      await world().namespace('s49', ['data', 'other'])
      const flock = { ...SKIP, BAK_FLOCK: 'true', BAK_FLOCK_COUNT: '1', BAK_FLOCK_DIR: directory }
      const ends = await Promise.all(
        ['data', 'other'].map(async (pvc) => world().ns('s49', ['create'], { ...flock, BAK_PVC_NAME: pvc })),
      )
      expect(ends.map(({ code }) => code)).toEqual([0, 0])
      const slow = { BAK_VS_CLASS_NAME: NEVER, BAK_VS_WAIT_UNTIL_READY_TIMEOUT: '2s' }
      const held = world().ns('s49', ['create'], { ...flock, ...slow })
      await expect.poll(async () => (await world().snapshots('s49')).length).toBe(3)
      const late = await world().ns('s49', ['create'], { ...flock, BAK_PVC_NAME: 'other', BAK_FLOCK_TIMEOUT_SEC: '1' })
      expect(late).toMatchObject({
        code: 6,
        err: expect.stringContaining('timeout exceeded while trying to acquire lock'),
      })
      expect((await held).code).toBe(1)
      expect(await world().snapshots('s49')).toHaveLength(2)
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('51: Leases do where there is no directory of the node', async () => {
    await world().namespace('s51')
    const leases = { BAK_FLOCK: 'true', BAK_FLOCK_COUNT: '1', BAK_FLOCK_LEASES: 's51/backups' }
    expect((await world().ns('s51', ['create'], { ...SKIP, ...leases })).code).toBe(0)
    expect(await world().kubernetes.kubectl(['-n', 's51', 'get', 'leases', '-o', 'name'])).toContain('backups-1')
  })
}
