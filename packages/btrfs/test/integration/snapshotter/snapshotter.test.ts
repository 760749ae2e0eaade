import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryDirectory, btrfsFileSystem, command, part } from '@salvage-kit/testbed'
import type { BtrfsFileSystem } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { btrfs } from '../../../src/btrfs.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import { btrfsSnapshotter } from '../../../src/snapshotter/snapshotter.ts'

const subvolume = (path: string): Promise<string> => command('btrfs', ['subvolume', 'create', path])

describe.skipIf(!part('btrfs').available)('the snapshotter', () => {
  let disk: BtrfsFileSystem
  const signal = new AbortController().signal
  const at = (...names: readonly string[]): string => join(disk.path, ...names)
  const snapshotter = (): ReturnType<typeof btrfsSnapshotter> => btrfsSnapshotter({ snapshotsPath: at('snapshots') })
  const probe = (path: string) => snapshotter().probe({ medium: 'directory', path }, { signal })
  beforeEach(async () => {
    disk = await btrfsFileSystem({ megabytes: 128 })
    await subvolume(at('volume'))
    await mkdir(at('snapshots'))
  })
  afterEach(async () => {
    await disk[Symbol.asyncDispose]()
  })

  it('cuts no source whose cut would not be whole, and says why', async () => {
    using elsewhere = temporaryDirectory()
    await mkdir(at('volume/folder'))
    expect(await probe(at('volume/folder'))).toMatchObject({ supported: false, why: /no.* BTRFS subvolume/ })
    expect(await probe(at('gone'))).toMatchObject({ supported: false })
    expect(await probe(elsewhere.path)).toMatchObject({ supported: false })
    expect(await probe(disk.path)).toMatchObject({ supported: false, why: /stand in itself/ })
    expect(await snapshotter().probe({ medium: 'docker-volume', name: 'v' }, { signal })).toMatchObject({
      supported: false,
      why: /no directory/,
    })
    await command('mount', ['-t', 'tmpfs', 'none', at('volume/folder')])
    expect(await probe(at('volume'))).toMatchObject({ supported: false, why: /mounted inside/ })
    await command('umount', [at('volume/folder')])
    expect(await probe(at('volume'))).toMatchObject({ supported: true })
    await subvolume(at('volume/folder/deep'))
    expect(await probe(at('volume'))).toMatchObject({ supported: false, why: /another subvolume/ })
  })

  it('follows links to the subvolume itself', async () => {
    await symlink('volume', at('link'))
    expect(await probe(at('link'))).toMatchObject({ supported: true, token: { path: at('volume') } })
  })

  it('does not call a cut whole beneath which a subvolume came to stand since the probe', async () => {
    const support = await probe(at('volume'))
    if (!support.supported) throw new Error(support.why)
    const ref = {
      id: 'r-s1',
      runId: 'r',
      target: 'dir:/v',
      source: { medium: 'directory', path: at('volume') },
      token: support.token,
    } as const
    await subvolume(at('volume/late'))
    await snapshotter().prepare?.(ref, { signal })
    await snapshotter().take(ref, { signal })
    await expect(snapshotter().expose(ref, { signal })).rejects.toMatchObject({ code: 'BTRFS.NESTED' })
    await snapshotter().drop(ref, { signal })
    await expect(snapshotter().expose(ref, { signal })).rejects.toMatchObject({ code: 'BTRFS.NOT_FOUND' })
  })

  it('exposes every snapshot of a source in the same place, one at a time', async () => {
    const support = await probe(at('volume'))
    if (!support.supported) throw new Error(support.why)
    const source = { medium: 'directory', path: at('volume') } as const
    const refs = ['a-s1', 'b-s1', 'c-s1'].map(
      (id) => ({ id, runId: 'r', target: 'dir:/v', source, token: support.token }) as const,
    )
    const [a, b, c] = refs
    if (a === undefined || b === undefined || c === undefined) throw new Error('three')
    for (const ref of refs) await snapshotter().take(ref, { signal })
    const first = await snapshotter().expose(a, { signal })
    const second = await snapshotter().expose(b, { signal })
    expect(second).not.toEqual(first)
    await snapshotter().drop(a, { signal })
    expect(await snapshotter().expose(c, { signal })).toEqual(first)
    await snapshotter().conceal(c, { signal })
    expect(await snapshotter().expose(b, { signal })).toEqual(first)
    for (const ref of refs) await snapshotter().drop(ref, { signal })
    expect(await readdir(at('snapshots/.salvage-kit/runs'))).toEqual([])
  })

  it('sweeps the cuts of dead processes, wherever they are, and leaves those of living ones', async () => {
    const home = at('snapshots/.salvage-kit/runs')
    const cutIn = async (folder: string, owner: object): Promise<void> => {
      await mkdir(folder, { recursive: true })
      await command('btrfs', ['subvolume', 'snapshot', '-r', at('volume'), join(folder, 'cut')])
      await writeFile(join(folder, 'owner.json'), JSON.stringify(owner))
    }
    const dead = spawn('true')
    await once(dead, 'exit')
    const support = await probe(at('volume'))
    if (!support.supported) throw new Error(support.why)
    const source = { medium: 'directory', path: at('volume') } as const
    const live = { id: 'live-s1', runId: 'live', target: 'dir:/v', source, token: support.token } as const
    await snapshotter().take(live, { signal })
    const own: { space: string; boot: string; start: string } = JSON.parse(
      await command('cat', [join(home, 'live-s1/owner.json')]),
    )
    await cutIn(join(home, 'dead-s1'), { ...own, pid: dead.pid })
    await cutIn(join(home, 'reused-s1'), { ...own, pid: process.pid, start: '1' })
    await cutIn(join(home, 'reboot-s1'), { ...own, pid: process.pid, boot: 'before' })
    await cutIn(join(home, 'elsewhere-s1'), { ...own, pid: 1, space: 'pid:[1]' })
    await cutIn(at('.salvage-kit/runs/top-s1'), { ...own, pid: dead.pid })
    const backend = btrfs({ settings: { ...DEFAULT_SETTINGS, snapshotsPath: at('snapshots') } })
    await backend.sweep?.({ signal })
    await backend.sweep?.({ signal })
    expect((await readdir(home)).toSorted()).toEqual(['elsewhere-s1', 'live-s1'])
    expect(await readdir(at('.salvage-kit/runs'))).toEqual([])
  })
})
