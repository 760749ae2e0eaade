import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordMount } from '../../../src/mount/mount-record.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

describe.skipIf(!part('btrfs').available)('a restore', () => {
  let there: Ground
  let one = ''
  let two = ''
  beforeAll(async () => {
    there = await ground()
    await createVolume(there, 'v', { ...never, copyOnWrite: false })
    await there.write('v', 'one')
    one = (await snapshotVolume(there, 'v', never)).snapshot
    await there.write('v', 'two')
    two = (await snapshotVolume(there, 'v', never)).snapshot
    await there.write('v', 'three')
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })
  /** Names, kinds and inodes of everything but the database of locks. */
  const tree = async (): Promise<string> => command('find', [there.root, '-printf', '%p %y %i\n'])

  it('brings the content back, saves what was there, and leaves nothing else', async () => {
    const restored = await restoreVolume(there, one, never)
    expect(restored).toMatchObject({ volume: 'v', snapshot: one })
    expect(await there.read('v')).toBe('one')
    expect(await there.read(restored.safety ?? '')).toBe('three')
    expect(() => writeFileSync(join(there.snapshot(restored.safety ?? ''), 'x'), '')).toThrow('EROFS')
    await there.write('v', 'written')
    expect(await there.read(one)).toBe('one')
    expect(readdirSync(there.settings.volumesPath)).toEqual(['v'])
    expect(await there.rig.journal.pending()).toEqual([])
    expect(await command('lsattr', ['-d', there.volume('v')])).toMatch(/^-*C-* /)
  })

  it('of the latest brings back the same one twice', async () => {
    for (const content of ['four', 'five']) {
      await there.write('v', content)
      const { snapshot, safety = '' } = await restoreVolume(there, 'v', never)
      expect(snapshot).toBe(two)
      expect(await there.read('v')).toBe('two')
      expect(await there.read(safety)).toBe(content)
      const listed = await listSnapshots(there.settings, { ...never, volume: 'v' })
      expect(listed.find(({ name }) => name === safety)?.kind).toBe('safety')
    }
  })

  it('of a safety snapshot goes back, when it is named', async () => {
    await there.write('v', 'before')
    const { safety = '' } = await restoreVolume(there, one, never)
    await restoreVolume(there, safety, never)
    expect(await there.read('v')).toBe('before')
  })

  it('to another volume, new or there, leaves the first one alone', async () => {
    await there.write('v', 'mine')
    expect(await restoreVolume(there, one, { ...never, target: 'other' })).toEqual({ volume: 'other', snapshot: one })
    expect(await there.read('other')).toBe('one')
    await there.write('other', 'changed')
    const { safety = '' } = await restoreVolume(there, 'v', { ...never, target: 'other' })
    expect(safety).toMatch(/^other@/)
    expect(await there.read(safety)).toBe('changed')
    expect(await there.read('other')).toBe('two')
    expect(await there.read('v')).toBe('mine')
  })

  it('is refused before anything is touched: in use, mounted elsewhere, a directory, no snapshot', async () => {
    mkdirSync(there.volume('plain'))
    mkdirSync(join(there.root, 'elsewhere'))
    const before = await tree()
    await recordMount(there.settings.mountsPath, 'v', 'id')
    await expect(restoreVolume(there, one, never)).rejects.toMatchObject({ code: 'VOLUME.IN_USE' })
    await command('rm', ['-r', there.settings.mountsPath])
    await command('mount', ['--bind', there.volume('v'), join(there.root, 'elsewhere')])
    try {
      await expect(restoreVolume(there, one, never)).rejects.toMatchObject({ code: 'VOLUME.IN_USE' })
    } finally {
      await command('umount', [join(there.root, 'elsewhere')])
    }
    await expect(restoreVolume(there, one, { ...never, target: 'plain' })).rejects.toMatchObject({
      code: 'VOLUME.PLAIN',
    })
    await expect(restoreVolume(there, one, { ...never, target: '../x' })).rejects.toMatchObject({ code: 'VOLUME.NAME' })
    await expect(restoreVolume(there, 'v@2001-01-01T00:00:00.000000', never)).rejects.toMatchObject({
      code: 'SNAPSHOT.NOT_FOUND',
    })
    await expect(restoreVolume(there, 'nothing', never)).rejects.toMatchObject({ code: 'SNAPSHOT.NONE' })
    expect(await tree()).toBe(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('stops on a signal that came before, with nothing changed', async () => {
    const before = await tree()
    const reason = new Error('enough')
    await expect(restoreVolume(there, one, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await tree()).toBe(before)
  })

  it('of two at once on one volume is one after the other', async () => {
    const restored = await Promise.all([one, two].map(async (name) => restoreVolume(there, name, never)))
    expect(new Set(restored.map(({ safety }) => safety)).size).toBe(2)
    expect(['one', 'two']).toContain(await there.read('v'))
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('beside snapshots of the same volume disturbs none of them', async () => {
    const cuts = Array.from({ length: 10 }, async () => snapshotVolume(there, 'v', never))
    const [restored, ...taken] = await Promise.all([restoreVolume(there, one, never), ...cuts])
    const all = [restored.safety, ...taken.map((cut) => ('snapshot' in cut ? cut.snapshot : ''))]
    expect(new Set(all).size).toBe(11)
    expect(await there.read('v')).toBe('one')
  })
})

describe.skipIf(!part('btrfs').available)('a restore of a volume whose size is limited', () => {
  it('keeps the limit', async () => {
    await using there = await ground(300, { quota: true })
    await createVolume(there, 'v', { ...never, size: 5_000_000 })
    await there.write('v', 'one')
    const { snapshot } = await snapshotVolume(there, 'v', never)
    await restoreVolume(there, snapshot, never)
    expect(await there.read('v')).toBe('one')
    await expect(
      command('dd', ['if=/dev/zero', `of=${there.volume('v')}/big`, 'bs=1M', 'count=20', 'conv=fsync']),
    ).rejects.toThrow(/[Qq]uota/)
  })

  it('keeps the limit of today, none as well, also while the file system is not sure of its counts', async () => {
    await using there = await ground(300, { quota: true })
    await createVolume(there, 'v', { ...never, size: 5_000_000 })
    await there.write('v', 'x'.repeat(1_000_000))
    const { snapshot } = await snapshotVolume(there, 'v', never)
    for (const limit of ['7000000', 'none']) {
      await command('btrfs', ['qgroup', 'limit', limit, there.volume('v')])
      await command('btrfs', ['filesystem', 'sync', there.root])
      const id = (await command('btrfs', ['inspect-internal', 'rootid', there.volume('v')])).trim()
      await command('btrfs', ['qgroup', 'create', `1/${id}`, there.root])
      await command('btrfs', ['qgroup', 'assign', '--no-rescan', `0/${id}`, `1/${id}`, there.root])
      await restoreVolume(there, snapshot, never)
      const shown = await command('btrfs', ['qgroup', 'show', '-f', '-r', '--raw', there.volume('v')])
      expect(/^0\/\d+ +\d+ +\d+ +(\S+) /m.exec(shown)?.[1]).toBe(limit)
    }
  })
})
