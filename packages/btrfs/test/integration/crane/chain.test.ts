import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { appendFile, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { keepPolicy } from '@salvage-kit/core'
import type { ArchiveStore, Crane, Finding, LiftRef, RestorePoint, Source } from '@salvage-kit/core'
import { command, part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import type { StoreKind } from '../../../src/crane/store.ts'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { btrfsSnapshotter } from '../../../src/snapshotter/snapshotter.ts'
import { craneYard } from './yard.ts'
import type { Yard } from './yard.ts'

const MEGABYTES = 8
const { signal } = new AbortController()

const HERE = part('btrfs').available && part('sshd').available

describe.skipIf(!HERE).each([
  ['btrfs', btrfsCrane],
  ['btrfs-raw', rawCrane],
] as const)('a chain of the crane %s', (kind: StoreKind, make) => {
  let yard: Yard
  let warned: Finding[]
  let crane: Crane
  let archives: ArchiveStore
  let day = 0
  beforeEach(async () => {
    // How much went over is told of connections only.
    yard = await craneYard(make, { kind, over: kind === 'btrfs' ? 'ssh' : 'local' })
    warned = []
    crane = make(yard.settings, (finding) => void warned.push(finding))
    if (crane.archives === undefined) throw new Error('it restores')
    archives = crane.archives
    await writeFile(join(yard.volume, 'much'), randomBytes(MEGABYTES * 1_000_000))
    await crane.preflight(yard.store, [yard.source], { signal, init: true })
  })
  afterEach(async () => {
    await yard[Symbol.asyncDispose]()
  })

  function next(): LiftRef {
    day += 1
    const runId = `20261101t080000z-${String(day).padStart(6, '0')}`
    const at = new Date(Date.UTC(2026, 10, 1) + day * 86_400_000).toISOString()
    return { id: `${runId}-1`, runId, target: 'docker:v', store: yard.store, at, machine: 'here' }
  }

  /** As the engine does it: cut, lift what was exposed, drop. */
  async function run(ref: LiftRef = next()): Promise<RestorePoint> {
    await appendFile(join(yard.volume, 'log'), `${ref.id}\n`)
    const snapshotter = btrfsSnapshotter(yard.settings)
    const support = await snapshotter.probe(yard.source, { signal })
    if (!support.supported) throw new Error(support.why)
    const cut = {
      id: `${ref.runId}-s1`,
      runId: ref.runId,
      target: ref.target,
      source: yard.source,
      token: support.token,
    }
    await snapshotter.take(cut, { signal })
    const { point } = await crane.lift(ref, await snapshotter.expose(cut, { signal }), { signal })
    await snapshotter.drop(cut, { signal })
    return point
  }
  const listed = async (): Promise<readonly RestorePoint[]> => Array.fromAsync(archives.list(yard.store, { signal }))
  async function restored(point: RestorePoint): Promise<string> {
    const destination = await yard.destination()
    await archives.lower(point, yard.store, destination, { signal })
    return readFile(join(destination.path, 'log'), 'utf8')
  }
  async function parents(): Promise<readonly string[]> {
    const home = join(yard.settings.snapshotsPath, '.salvage-kit/parents')
    const [series = ''] = await readdir(home)
    return readdir(join(home, series))
  }

  it('moves what changed since the last run, keeps few parents here, and pins the newest', async () => {
    const points: RestorePoint[] = []
    for (let count = 0; count < 4; count += 1) points.push(await run())
    expect(points[0]?.storedBytes).toBeGreaterThan(MEGABYTES * 900_000)
    for (const point of points.slice(1)) expect(point.storedBytes).toBeLessThan(500_000)
    expect(warned).toEqual([])
    expect((await parents()).length).toBeLessThanOrEqual(2)
    const list = await listed()
    expect(list.map(({ id }) => id)).toEqual(points.map(({ id }) => id))
    expect(list.map(({ pinned }) => pinned !== undefined)).toEqual([false, false, false, true])
    const verdicts = keepPolicy({ last: 0 })(list, new Date('2027-01-01'))
    expect(verdicts.map(({ keep }) => keep)).toEqual([false, false, false, true])
    await archives.remove(
      verdicts.flatMap(({ keep, point }) => (keep ? [] : [point])),
      yard.store,
      { signal },
    )
    expect((await listed()).map(({ id }) => id)).toEqual([points[3]?.id])
    for (const point of await listed()) {
      await archives.check?.(point, yard.store, { signal })
      expect((await restored(point)).trim().split('\n')).toHaveLength(4)
    }
    expect((await run()).storedBytes).toBeLessThan(500_000)
    expect(await yard.leftovers()).toEqual([])
  })

  it('sends all of it when the parent here is lost, and says so', async () => {
    await run()
    const home = join(yard.settings.snapshotsPath, '.salvage-kit/parents')
    for (const name of await parents())
      await command('btrfs', ['subvolume', 'delete', join(home, (await readdir(home))[0] ?? '', name)])
    const point = await run()
    expect(point.storedBytes).toBeGreaterThan(MEGABYTES * 900_000)
    expect(warned).toMatchObject([{ code: 'SEND.PARENT_MISSING' }])
    expect((await restored(point)).trim().split('\n')).toHaveLength(2)
    expect((await run()).storedBytes).toBeLessThan(500_000)
    expect(warned).toHaveLength(1)
  })

  it('goes on from what both ends have when the last copy is gone there', async () => {
    const [first, second] = [await run(), await run()]
    await archives.remove([second], yard.store, { signal })
    const third = await run()
    expect((await listed()).map(({ id }) => id)).toEqual([first.id, third.id])
    expect(await restored(third)).toContain(third.runId)
    await archives.check?.(third, yard.store, { signal })
  })

  it('goes on from the copy before when a lift was withdrawn', async () => {
    await run()
    const ref = next()
    await run(ref)
    await crane.clear(ref, { signal })
    await archives.withdraw(ref, { signal })
    expect((await run()).storedBytes).toBeLessThan(500_000)
    expect(await listed()).toHaveLength(2)
  })

  it('finds what is not as it was', async () => {
    const point = await run()
    const last = await run()
    await archives.check?.(last, yard.store, { signal })
    await spoil(yard, kind, point)
    const spoilt = kind === 'btrfs' ? point : last
    await expect(archives.check?.(spoilt, yard.store, { signal })).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
    if (kind === 'btrfs') return
    await expect(restored(last)).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
    await rm(join(yard.directory, `${point.id}.btrfs.zst`))
    await expect(restored(last)).rejects.toMatchObject({
      code: 'ARCHIVE.DAMAGED',
      why: expect.stringMatching(/missing/),
    })
    await expect(restored(point)).rejects.toMatchObject({ code: 'RESTORE.POINT_UNKNOWN' })
    expect(await yard.leftovers()).toEqual([])
  })

  it('lists nothing that cannot be restored, so that retention keeps what can', async () => {
    const points = [await run(), await run(), await run(), await run()]
    const [first, second, third] = points
    if (kind === 'btrfs') await command('btrfs', ['subvolume', 'delete', join(yard.directory, second?.id ?? '')])
    else await rm(join(yard.directory, `${second?.id ?? ''}.btrfs.zst`))
    const problems: Finding[] = []
    const onProblem = (finding: Finding): void => void problems.push(finding)
    const list = await Array.fromAsync(archives.list(yard.store, { signal, onProblem }))
    const whole = kind === 'btrfs' ? [first, third, points[3]] : [first]
    expect(list.map(({ id }) => id)).toEqual(whole.map((point) => point?.id))
    expect(list.at(-1)?.pinned).toBeDefined()
    for (const point of list) await restored(point)
    if (kind === 'btrfs') return
    expect(problems.map(({ code }) => code)).toEqual(['ARCHIVE.POINT_UNREADABLE', 'ARCHIVE.POINT_UNREADABLE'])
    const fresh = await run()
    expect(fresh.storedBytes).toBeGreaterThan(MEGABYTES * 900_000)
    expect((await listed()).map(({ id }) => id)).toEqual([first?.id, fresh.id])
    expect((await restored(fresh)).trim().split('\n')).toHaveLength(5)
  })

  it('gives no name to a difference whose other half went while it was sent', async () => {
    if (kind === 'btrfs') return
    const first = await run()
    await writeFile(join(yard.volume, 'more'), randomBytes(MEGABYTES * 1_000_000))
    const file = join(yard.directory, `${first.id}.btrfs.zst`)
    const ref = next()
    const lifting = crane.lift(ref, yard.source, { signal, onProgress: () => rmSync(file, { force: true }) })
    await expect(lifting).rejects.toMatchObject({ code: 'SEND.PARENT_GONE', retryable: true })
    await crane.clear(ref, { signal })
    await archives.withdraw(ref, { signal })
    expect(await readdir(yard.directory)).toEqual(['.salvage-kit'])
    const again = await run()
    expect(await restored(again)).toContain(again.runId)
    expect(await yard.leftovers()).toEqual([])
  })

  it('refuses a store in the source, a source that is none, and what it does not know', async () => {
    const inside = { ...yard.store, settings: { directory: join(yard.volume, 'x'), far: { kind: 'local' } } }
    await expect(crane.preflight(inside, [yard.source], { signal, init: true })).rejects.toMatchObject({
      code: 'STORE.INSIDE_SOURCE',
    })
    await command('btrfs', ['subvolume', 'create', join(yard.volume, 'folder/nested')])
    for (const work of [
      async () => crane.preflight(yard.store, [yard.source], { signal, init: true }),
      async () => crane.lift(next(), yard.source, { signal }),
    ])
      await expect(work()).rejects.toMatchObject({ code: 'BTRFS.NESTED' })
    await command('btrfs', ['subvolume', 'delete', join(yard.volume, 'folder/nested')])
    const plain: Source = { medium: 'directory', path: dirname(yard.directory) }
    await expect(crane.lift(next(), { ...plain, path: '/proc' }, { signal })).rejects.toMatchObject({
      code: 'BTRFS.NOT_SUBVOLUME',
    })
    const absent = { ...yard.store, settings: { directory: '/no/such/store', far: { kind: 'local' } } }
    await expect(crane.preflight(absent, [], { signal, init: false })).rejects.toMatchObject({
      code: 'STORE.NOT_FOUND',
    })
    const hostile = { ...(await run()), id: 'v@../../volume' }
    await expect(archives.remove([hostile], yard.store, { signal })).rejects.toMatchObject({
      code: 'RESTORE.POINT_UNKNOWN',
    })
    await rename(yard.directory, `${yard.directory}-away`)
    await expect(listed()).rejects.toMatchObject({ code: 'STORE.NOT_FOUND' })
  })
})

/** Changes bytes of a copy behind the back of everybody. */
async function spoil(yard: Yard, kind: StoreKind, point: RestorePoint): Promise<void> {
  if (kind === 'btrfs-raw') {
    await using file = await open(join(yard.directory, `${point.id}.btrfs.zst`), 'r+')
    await file.write(Buffer.from('spoilt'), 0, 6, 4096)
    return
  }
  const copy = join(yard.directory, point.id, 'much')
  await command('sync', ['-f', copy])
  const wanted = (await readFile(copy)).subarray(4096 * 10, 4096 * 11)
  const image = join(yard.directory, '../../image')
  const at = await whereIs(wanted, image)
  await using file = await open(image, 'r+')
  await file.write(Buffer.from('spoilt'), 0, 6, at)
  await file.sync()
  // What is in memory is still as it was.
  await command('dd', [`if=${copy}`, 'iflag=nocache', 'count=0', 'status=none'])
}

async function whereIs(wanted: Buffer, image: string): Promise<number> {
  const { size } = await stat(image)
  await using file = await open(image, 'r')
  const block = Buffer.alloc(wanted.length)
  for (let at = 0; at < size; at += wanted.length) {
    await file.read(block, 0, block.length, at)
    if (block.equals(wanted)) return at
  }
  throw new Error('the content is nowhere in the image')
}
