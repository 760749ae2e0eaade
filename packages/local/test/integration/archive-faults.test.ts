import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArchiveStore, Crane, LiftRef, RestorePoint, Source } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { pointOfText, textOfPoint } from '../../src/archive/point-text.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'

const { signal } = new AbortController()
const root = part('tar-xattrs').available && process.geteuid?.() === 0
let crane: Crane
let archives: ArchiveStore
let check: NonNullable<ArchiveStore['check']>

let home = ''
const mounts: string[] = []
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sk-'))
  crane = archiveCrane(join(home, 'state'))
  if (crane.archives?.check === undefined) throw new Error('the archive crane has archives that can be checked')
  archives = crane.archives
  check = crane.archives.check.bind(crane.archives)
  await mkdir(join(home, 'a'))
})
afterEach(async () => {
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount])
  await rm(home, { recursive: true })
})

const directory = (name: string): Source => ({ medium: 'directory', path: join(home, name) })
const refOf = (id: string, store = 'store'): LiftRef => ({
  id,
  runId: 'run',
  target: 'dir:/a',
  store: archiveStore(join(home, store)),
  at: '2026-11-21T08:00:00.000Z',
  machine: 'test',
})

async function lifted(): Promise<{ point: RestorePoint; ref: LiftRef; folder: string }> {
  const ref = refOf('l-1')
  await crane.preflight(ref.store, [directory('a')], { signal, init: false })
  const { point } = await crane.lift(ref, directory('a'), { signal })
  return { point, ref, folder: join(home, 'store', 'dir=~a', 'l-1') }
}

/** Numbers in [0, 1) that are the same for the same seed. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const readText = async (folder: string): Promise<string> => readFile(join(folder, 'point.json'), 'utf8')

async function ids(ref: LiftRef): Promise<readonly string[]> {
  return (await Array.fromAsync(archives.list(ref.store, { signal }))).map(({ id }) => id)
}

describe('a damaged archive', () => {
  const seed = Number(process.env['SALVAGE_TEST_SEED'] ?? Date.now() % 1_000_000)

  it(
    `is never called good nor restored: 300 truncations and flipped bits, seed ${String(seed)}`,
    { timeout: 300_000 },
    async () => {
      const next = random(seed)
      for (let n = 0; n < 60; n++) await writeFile(join(home, 'a', `f${String(n)}`), randomBytes(n * 900))
      await writeFile(join(home, 'a', 'text'), 'some text '.repeat(300_000))
      const { point, ref, folder } = await lifted()
      for (const [file, rounds] of [
        ['data.tar.zst', 100],
        ['manifest.jsonl.zst', 25],
        ['point.json', 25],
      ] as const) {
        const path = join(folder, file)
        const good = await readFile(path)
        for (let round = 0; round < rounds * 2; round++) {
          const at = Math.floor(next() * good.length)
          const bad = Buffer.from(round % 2 === 0 ? good.subarray(0, at) : good)
          const told = `${file}, ${round % 2 === 0 ? 'cut' : 'flipped'} at ${String(at)}`
          if (round % 2 === 1) bad.writeUInt8(bad.readUInt8(at) ^ (1 << Math.floor(next() * 8)), at)
          await writeFile(path, bad)
          await expect(check(point, ref.store, { signal }), told).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
          expect(await ids(ref), told).toEqual(file === 'point.json' ? [] : ['l-1'])
          if (round % 10 > 1) continue
          await mkdir(join(home, 'b'))
          const lower = archives.lower(point, ref.store, directory('b'), { signal })
          await expect(lower, told).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
          await rm(join(home, 'b'), { recursive: true })
        }
        await writeFile(path, good)
        await check(point, ref.store, { signal })
      }
    },
  )

  it('is one with a file of another archive in it, also where the checksums of its files are right', async () => {
    await writeFile(join(home, 'a', 'f'), 'one')
    const { point, ref, folder } = await lifted()
    await writeFile(join(home, 'a', 'f'), 'two')
    const { point: second } = await crane.lift(refOf('l-2'), directory('a'), { signal })
    const other = join(home, 'store', 'dir=~a', 'l-2')
    const mustBeDamaged = async (told: string): Promise<void> => {
      await mkdir(join(home, 'b'))
      const lower = archives.lower(point, ref.store, directory('b'), { signal })
      const code = /^ARCHIVE\.(DAMAGED|RESTORE_DIFFERS)$/
      await expect(lower, told).rejects.toMatchObject({ code: expect.stringMatching(code) })
      await expect(check(point, ref.store, { signal }), told).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
      await rm(join(home, 'b'), { recursive: true })
    }
    for (const name of ['data.tar.zst', 'manifest.jsonl.zst', 'point.json']) {
      const good = await readFile(join(folder, name))
      await copyFile(join(other, name), join(folder, name))
      await mustBeDamaged(name)
      await writeFile(join(folder, name), good)
    }
    await check(second, ref.store, { signal })
    // As if the CRC of damaged data were by chance that of the good: every content has its SHA-256 in the manifest.
    const [mine, theirs] = [pointOfText(await readText(folder)), pointOfText(await readText(other))]
    if (mine === undefined || theirs === undefined) throw new Error('both can be read')
    await copyFile(join(other, 'data.tar.zst'), join(folder, 'data.tar.zst'))
    await writeFile(join(folder, 'point.json'), textOfPoint({ ...mine, data: theirs.data }))
    await mustBeDamaged('the same CRC')
  })

  it('is named when data and manifest are whole but not of one tree', async () => {
    await writeFile(join(home, 'a', 'f'), '1')
    const { point, ref, folder } = await lifted()
    await rm(join(folder, 'data.tar.zst'))
    await expect(check(point, ref.store, { signal })).rejects.toMatchObject({
      code: 'ARCHIVE.DAMAGED',
      message: expect.stringContaining('missing'),
    })
    await rm(folder, { recursive: true })
    await expect(check(point, ref.store, { signal })).rejects.toMatchObject({ code: 'RESTORE.POINT_UNKNOWN' })
    await expect(check({ ...point, id: '../x' }, ref.store, { signal })).rejects.toMatchObject({
      code: 'RESTORE.POINT_UNKNOWN',
    })
  })
})

describe('a source that is written to', () => {
  it('gives a partial archive that names the file, and can be restored', async () => {
    await writeFile(join(home, 'a', 'big'), randomBytes(60_000_000))
    await writeFile(join(home, 'a', 'z'), 'z')
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    let removed: Promise<void> | undefined
    const writing = setInterval(() => void appendFile(join(home, 'a', 'big'), 'more').catch(() => undefined), 5)
    const { point, findings } = await crane.lift(ref, directory('a'), {
      signal,
      onProgress: () => {
        removed ??= rm(join(home, 'a', 'z'))
      },
    })
    clearInterval(writing)
    await removed
    expect(findings.map(({ code, message }) => [code, message])).toEqual(
      expect.arrayContaining([
        ['ARCHIVE.SOURCE_CHANGED', './big changed while it was read'],
        ['ARCHIVE.SOURCE_REMOVED', './z was removed before it was read'],
      ]),
    )
    expect(point.state).toBe('partial')
    await check(point, ref.store, { signal })
    await mkdir(join(home, 'b'))
    await archives.lower(point, ref.store, directory('b'), { signal })
    expect((await readdir(join(home, 'b'))).toSorted()).toEqual(['big'])
  })
})

describe('an aborted lift', () => {
  it('stops at once, leaves no tar, and clear removes the rest', async () => {
    await writeFile(join(home, 'a', 'big'), randomBytes(100_000_000))
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    const stop = new AbortController()
    const reason = new Error('enough')
    await expect(
      crane.lift(ref, directory('a'), { signal: stop.signal, onProgress: () => stop.abort(reason) }),
    ).rejects.toBe(reason)
    expect(tarsIn(join(home, 'a'))).toBe('')
    expect(await ids(ref)).toEqual([])
    await crane.clear(ref, { signal })
    expect(await readdir(join(home, 'store'))).not.toContain('dir=~a')
    const { point } = await crane.lift(ref, directory('a'), { signal })
    await mkdir(join(home, 'b'))
    const stopLower = new AbortController()
    await expect(
      archives.lower(point, ref.store, directory('b'), {
        signal: stopLower.signal,
        onProgress: () => stopLower.abort(reason),
      }),
    ).rejects.toBe(reason)
    expect(tarsIn(join(home, 'b'))).toBe('')
  })
})

describe.skipIf(!root)('a full disk, as root', () => {
  it('of the store fails the lift in plain words and leaves nothing behind', async () => {
    await writeFile(join(home, 'a', 'big'), randomBytes(120_000_000))
    await mounted('store', '90m')
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    await expect(crane.lift(ref, directory('a'), { signal })).rejects.toMatchObject({ code: 'ARCHIVE.STORE_FULL' })
    expect(tarsIn(join(home, 'a'))).toBe('')
    expect(await ids(ref)).toEqual([])
    await expect(crane.preflight(ref.store, [directory('a')], { signal, init: false })).rejects.toMatchObject({
      code: 'ARCHIVE.STORE_FULL',
    })
    await archives.withdraw(ref, { signal })
    expect(await readdir(join(home, 'store'))).not.toContain('dir=~a')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
  })

  it('of the destination fails the restore in plain words', async () => {
    await writeFile(join(home, 'a', 'big'), randomBytes(30_000_000))
    const { point, ref } = await lifted()
    await mounted('b', '10m')
    await expect(archives.lower(point, ref.store, directory('b'), { signal })).rejects.toMatchObject({
      code: 'ARCHIVE.DESTINATION_FULL',
    })
  })

  it('that is mounted for reading only fails the preflight', async () => {
    const { ref } = await lifted()
    await mounted('store', '90m')
    await copyFile(new URL(import.meta.url), join(home, 'store', 'foreign'))
    await expect(crane.preflight(ref.store, [directory('a')], { signal, init: false })).rejects.toMatchObject({
      code: 'ARCHIVE.STORE_FOREIGN',
    })
    await crane.preflight(ref.store, [directory('a')], { signal, init: true })
    execFileSync('mount', ['-o', 'remount,ro', join(home, 'store')])
    await expect(crane.preflight(ref.store, [directory('a')], { signal, init: false })).rejects.toMatchObject({
      code: 'ARCHIVE.STORE_UNWRITABLE',
    })
  })
})

async function mounted(name: string, size: string): Promise<void> {
  await mkdir(join(home, name), { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', join(home, name)])
  mounts.push(join(home, name))
}

/** The processes of tar that work on a directory. */
function tarsIn(path: string): string {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  return all
    .split('\n')
    .filter((line) => line.startsWith('tar ') && line.includes(`--directory=${path} `))
    .join('\n')
}
