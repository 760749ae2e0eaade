import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TargetRef } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { btrfs } from '../../../src/btrfs.ts'
import { dockerVolumes } from '../../../src/plugin/volume/docker-volumes.ts'
import { cloneVolume } from '../../../src/volume/clone-volume.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { cutWhole } from '../../../src/volume/cut-whole.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { volumesBackend } from '../../../src/volumes-backend.ts'
import { ground, never } from './ground.ts'
import type { Ground } from './ground.ts'

describe.skipIf(!part('btrfs').available)('a volume whose content a run exchanges in place', () => {
  let there: Ground
  let runs = 0
  beforeAll(async () => {
    there = await ground()
  })
  afterAll(async () => {
    await there[Symbol.asyncDispose]()
  })

  async function volumeOf(name: string, content: string): Promise<void> {
    await createVolume(there, name, never)
    await there.write(name, content)
  }

  /** The volume as a run leaves it that is, or dies, in the middle of the exchange: its former content is put aside. */
  async function halfExchanged(name: string, target: TargetRef): Promise<string> {
    const runId = `20260101T000000Z-${String((runs += 1)).padStart(6, '0')}`
    const directory = there.volume(name)
    const staging = join(directory, `.salvage-restore-${runId}`)
    const { mode, uid, gid, atimeMs, mtimeMs } = lstatSync(directory)
    const token = { directory, staging, mode: mode & 0o7777, uid, gid, atimeMs, mtimeMs }
    await there.rig.journal.open([
      { runId, order: 0, undo: { kind: 'staging', target, token } },
      { runId, order: 1_000_000, undo: { kind: 'swap', target, token } },
    ])
    for (const made of [staging, join(staging, 'new'), join(staging, 'old')]) mkdirSync(made)
    await writeFile(join(staging, 'new', 'file'), 'new')
    renameSync(join(directory, 'file'), join(staging, 'old', 'file'))
    return runId
  }

  it.each(['btrfs', 'docker'])('is put back before it is cut, when that run of %s:NAME is dead', async (scheme) => {
    const name = `cut-${scheme}`
    await volumeOf(name, 'whole')
    await halfExchanged(name, `${scheme}:${name}`)
    const { snapshot } = await snapshotVolume(there, name, never)
    expect(readdirSync(there.snapshot(snapshot))).toEqual(['file'])
    expect(await there.read(snapshot)).toBe('whole')
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('is put back before it is cloned', async () => {
    await volumeOf('model', 'whole')
    await halfExchanged('model', 'docker:model')
    await cloneVolume(there, 'model', 'copy', never)
    expect(readdirSync(there.volume('copy'))).toEqual(['file'])
  })

  it('is put back before a snapshot is restored: what is saved is whole', async () => {
    await volumeOf('saved', 'one')
    const { snapshot } = await snapshotVolume(there, 'saved', never)
    await there.write('saved', 'two')
    await halfExchanged('saved', 'docker:saved')
    const { safety = '' } = await restoreVolume(there, snapshot, never)
    expect(await there.read('saved')).toBe('one')
    expect(await there.read(safety)).toBe('two')
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('is put back before a container gets it: an engine that starts again after a power cut asks at once', async () => {
    await volumeOf('asked', 'whole')
    await halfExchanged('asked', 'docker:asked')
    const { path } = await dockerVolumes(there).mount('asked', 'id', never)
    expect(readdirSync(path)).toEqual(['file'])
  })

  it('is given to a container at once when the new content is final, though its run goes on', async () => {
    await volumeOf('final', 'whole')
    const runId = await halfExchanged('final', 'docker:final')
    await using _lock = await there.rig.locks.acquire(runId, ['docker:final'])
    await writeFile(join(there.volume('final'), `.salvage-restore-${runId}`, 'committed'), '')
    const { path } = await dockerVolumes(there).mount('final', 'id', never)
    expect(path).toBe(there.volume('final'))
  })

  it('is not cut, cloned or restored while that run lives', async () => {
    await volumeOf('busy', 'one')
    const { snapshot } = await snapshotVolume(there, 'busy', never)
    const runId = await halfExchanged('busy', 'docker:busy')
    await using _lock = await there.rig.locks.acquire(runId, ['docker:busy'])
    const before = readdirSync(there.settings.snapshotsPath)
    const busy = { code: 'LOCK.BUSY' }
    await Promise.all([
      expect(snapshotVolume(there, 'busy', never)).rejects.toMatchObject(busy),
      expect(cloneVolume(there, 'busy', 'none', never)).rejects.toMatchObject(busy),
      expect(restoreVolume(there, snapshot, never)).rejects.toMatchObject(busy),
    ])
    expect(readdirSync(there.settings.snapshotsPath)).toEqual(before)
    const aside = join(there.volume('busy'), `.salvage-restore-${runId}`, 'old', 'file')
    expect(await readFile(aside, 'utf8')).toBe('one')
  })

  it("is locked by Docker's name as well by whoever restores the one of BTRFS, and what is no volume is not", () => {
    for (const backend of [volumesBackend(there.settings), btrfs({ settings: there.settings })]) {
      expect(backend.alsoLocked?.('btrfs:v')).toEqual(['docker:v'])
      for (const other of ['docker:v', 'dir:/v', 'btrfs:v@2026-01-01T00:00:00.000000'] as const)
        expect(backend.alsoLocked?.(other)).toEqual([])
    }
  })

  it('leaves no cut behind that was made in the middle, though nobody knew before', async () => {
    await volumeOf('late', 'one')
    await halfExchanged('late', 'docker:late')
    const to = there.snapshot('late@2026-01-01T00:00:00.000000')
    await expect(cutWhole(there, 'late', to, never)).rejects.toMatchObject({ code: 'VOLUME.CHANGED' })
    expect(existsSync(to)).toBe(false)
  })

  it('is not restored while a run of docker:NAME reads it, and cut all the same', async () => {
    await volumeOf('read', 'one')
    await using _lock = await there.rig.locks.acquire('20260101T000000Z-ffffff', ['docker:read'])
    const { snapshot } = await snapshotVolume(there, 'read', never)
    await expect(restoreVolume(there, snapshot, never)).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })
})
