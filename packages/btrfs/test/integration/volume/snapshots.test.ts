import { mkdirSync, promises, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { command, part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { snapshotNames } from '../../../src/volume/snapshot-names.ts'
import { removeSnapshots } from '../../../src/volume/remove-snapshots.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { ground, never, rigAt } from './ground.ts'
import type { Ground } from './ground.ts'

describe.skipIf(!part('btrfs').available)('snapshots', () => {
  let there: Ground
  beforeAll(async () => {
    there = await ground()
    await createVolume(there, 'v', never)
    await createVolume(there, 'w', never)
  })
  afterEach(async () => {
    for (const name of readdirSync(there.settings.snapshotsPath))
      if (name.includes('@')) await command('btrfs', ['subvolume', 'delete', there.snapshot(name)]).catch(() => '')
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })
  const cut = async (volume = 'v'): Promise<string> => (await snapshotVolume(there, volume, never)).snapshot
  const names = async (volume?: string): Promise<readonly string[]> =>
    (await listSnapshots(there.settings, { ...never, ...(volume === undefined ? {} : { volume }) })).map(
      ({ name }) => name,
    )
  const marker = async (snapshot: string, host = 'far'): Promise<void> => {
    const path = there.snapshot(snapshot)
    await command('btrfs', ['subvolume', 'snapshot', '-r', path, `${path}@${host}`])
  }

  it('hold what the volume held, whatever is written later, and cannot be written', async () => {
    await there.write('v', 'then')
    const snapshot = await cut()
    expect(snapshot).toMatch(/^v@\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    await there.write('v', 'now')
    expect(await there.read(snapshot)).toBe('then')
    expect(() => writeFileSync(join(there.snapshot(snapshot), 'x'), '')).toThrow('EROFS')
  })

  it('of a restore that are made while they are listed are never listed as those of a person', async () => {
    const snapshot = await cut()
    const { readdir } = promises
    const listing = Promise.withResolvers<void>()
    const restored = Promise.withResolvers<void>()
    // The file system is slow to say what is there, the directory of marks is not.
    Object.assign(promises, {
      readdir: async (path: string, options: undefined) => {
        if (path !== there.settings.snapshotsPath) return readdir(path, options)
        listing.resolve()
        await restored.promise
        return readdir(path, options)
      },
    })
    syncBuiltinESMExports()
    const listed = listSnapshots(there.settings, { ...never, volume: 'v' })
    await listing.promise
    Object.assign(promises, { readdir })
    syncBuiltinESMExports()
    const { safety } = await restoreVolume(there, snapshot, never)
    restored.resolve()
    expect((await listed).find(({ name }) => name === safety)?.kind).toBe('safety')
  })

  it('are listed oldest first, of one volume or of all', async () => {
    const taken = [await cut(), await cut('w'), await cut(), await cut()]
    expect(await names('v')).toEqual([taken[0], taken[2], taken[3]])
    expect(await names()).toEqual(taken)
    expect(await names('none')).toEqual([])
  })

  it.each([
    ['of one process', false],
    ['of several rigs', true],
  ])('taken by twenty at once, %s, all have names of their own, also within one microsecond', async (_who, own) => {
    const now = new Date()
    const taken = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const rig = own ? rigAt(join(there.folder, 'state')) : there.rig
        return snapshotVolume({ settings: there.settings, rig: { ...rig, now: () => now } }, 'v', never)
      }),
    )
    expect(new Set(taken.map(({ snapshot }) => snapshot)).size).toBe(20)
    const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
    expect(listed).toHaveLength(20)
    expect(listed.every(({ kind }) => kind === 'snapshot')).toBe(true)
  })

  it('stay in their order when the clock is set back', async () => {
    const later = there.at(new Date('2026-06-01T12:00:00'))
    const first = (await snapshotVolume(later, 'v', never)).snapshot
    const earlier = there.at(new Date('2026-06-01T10:00:00'))
    const second = (await snapshotVolume(earlier, 'v', never)).snapshot
    // A marker changes the older one: only when it was made must count.
    await marker(first)
    expect(await names('v')).toEqual([first, `${first}@far`, second])
    const sorted = [second, first, `${first}@far`]
    for (const volume of ['v', undefined])
      expect(await snapshotNames(there.settings, { ...never, ...(volume === undefined ? {} : { volume }) })).toEqual(
        sorted,
      )
    expect((await restoreVolume(there, 'v', never)).snapshot).toBe(second)
  })

  it('are told from markers, safety snapshots, what is half received, undated, and other things', async () => {
    const snapshot = await cut()
    await marker(snapshot)
    const { safety } = await restoreVolume(there, snapshot, never)
    await command('btrfs', ['subvolume', 'create', there.snapshot('v@2099-01-01T00:00:00.000000')])
    await command('btrfs', ['subvolume', 'snapshot', '-r', there.volume('v'), there.snapshot('v@invalid')])
    mkdirSync(there.snapshot('v@2098-01-01T00:00:00.000000'))
    mkdirSync(there.snapshot('no snapshot'))
    writeFileSync(there.snapshot('v@2097-01-01T00:00:00.000000'), '')
    const kinds = (await listSnapshots(there.settings, { ...never, volume: 'v' })).map(({ name, kind }) => [name, kind])
    expect(Object.fromEntries(kinds)).toEqual({
      [snapshot]: 'snapshot',
      [`${snapshot}@far`]: 'marker',
      [safety ?? '']: 'safety',
      'v@2099-01-01T00:00:00.000000': 'unfinished',
      'v@2098-01-01T00:00:00.000000': 'unfinished',
      'v@invalid': 'undated',
    })
    expect((await restoreVolume(there, 'v', never)).snapshot).toBe(snapshot)
    await expect(restoreVolume(there, 'v@2099-01-01T00:00:00.000000', never)).rejects.toMatchObject({
      code: 'SNAPSHOT.UNFINISHED',
    })
    await expect(removeSnapshots(there, ['v@2098-01-01T00:00:00.000000'], never)).rejects.toMatchObject({
      code: 'SNAPSHOT.PLAIN',
    })
    for (const plain of ['v@2098-01-01T00:00:00.000000', 'no snapshot']) await command('rmdir', [there.snapshot(plain)])
    await command('rm', [there.snapshot('v@2097-01-01T00:00:00.000000')])
  })

  it('are listed by name as they stand, however long nothing had changed before', async () => {
    const listed = async (): Promise<readonly string[]> => snapshotNames(there.settings, never)
    const first = there.snapshot('v@2001-01-01T00:00:00')
    const second = there.snapshot('v@2001-01-01T00:00:01')
    await command('btrfs', ['subvolume', 'snapshot', '-r', join(there.settings.volumesPath, 'v'), first])
    for (const path of [first, second]) {
      await delay(1200)
      for (let n = 0; n < 3; n += 1) expect(await listed()).toEqual([basename(first)])
      if (path === first) {
        await command('btrfs', ['subvolume', 'snapshot', '-r', first, second])
        expect(await listed()).toEqual([basename(first), basename(second)])
        await command('btrfs', ['subvolume', 'delete', second])
      } else renameSync(first, second)
    }
    expect(await listed()).toEqual([basename(second)])
    await delay(1200)
    await listed()
    await command('btrfs', ['subvolume', 'delete', second])
    expect(await listed()).toEqual([])
    for (let n = 0; n < 50; n += 1) {
      mkdirSync(first)
      expect(await listed()).toEqual([basename(first)])
      rmdirSync(first)
      expect(await listed()).toEqual([])
    }
  })

  it('are removed by their names alone; a parent of a send only by force, with its marker', async () => {
    const snapshot = await cut()
    const other = await cut()
    await marker(snapshot)
    await marker(snapshot, 'far2')
    const before = await names()
    const traversals = [`${snapshot}/../../volumes/v`, '../volumes/v@y', 'v', '', '..', `${snapshot}/`, `${snapshot}\n`]
    for (const name of traversals)
      await expect(removeSnapshots(there, [other, name], never), name).rejects.toMatchObject({ code: 'SNAPSHOT.NAME' })
    await expect(removeSnapshots(there, [other, 'v@2001-01-01'], never)).rejects.toMatchObject({
      code: 'SNAPSHOT.NOT_FOUND',
    })
    await expect(removeSnapshots(there, [other, snapshot], never)).rejects.toMatchObject({ code: 'SNAPSHOT.PARENT' })
    expect(await names()).toEqual(before)
    expect(await removeSnapshots(there, [other, `${snapshot}@far2`], never)).toEqual([other, `${snapshot}@far2`])
    expect(await removeSnapshots(there, [snapshot], { ...never, force: true })).toEqual([snapshot, `${snapshot}@far`])
    expect(await names()).toEqual([])
    expect(await there.read('v')).not.toBe('')
  })

  it('of a name that leads elsewhere are not restored', async () => {
    const snapshot = await cut()
    for (const name of [`${snapshot}/../../volumes/v`, '../volumes/v@y', 'v@../v'])
      await expect(restoreVolume(there, name, { ...never, target: 'y' }), name).rejects.toMatchObject({
        code: 'SNAPSHOT.NAME',
      })
    expect(readdirSync(there.settings.volumesPath).toSorted()).toEqual(['v', 'w'])
  })

  it('of a volume that is not there', async () => {
    await expect(snapshotVolume(there, 'none', never)).rejects.toMatchObject({ code: 'VOLUME.NOT_FOUND' })
    mkdirSync(there.volume('plain'))
    await expect(snapshotVolume(there, 'plain', never)).rejects.toMatchObject({ code: 'VOLUME.PLAIN' })
    await command('rmdir', [there.volume('plain')])
  })
})
