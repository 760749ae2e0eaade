import { createHash } from 'node:crypto'
import { mkdir, mkdtempDisposable, open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArchiveStore, Crane, LiftRef, Source } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'
import type { Entry } from '../../src/archive/entry.ts'
import { entryOfLine } from '../../src/archive/manifest-line.ts'
import { pointOfText, textOfPoint } from '../../src/archive/point-text.ts'
import { rehashing } from '../../src/archive/rehash.ts'

const { signal } = new AbortController()
const TIB = 2 ** 40

let home = ''
let crane: Crane
let archives: ArchiveStore
let remove: () => Promise<void>
beforeEach(async () => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'sk-'))
  home = folder.path
  remove = () => folder.remove()
  crane = archiveCrane(join(home, 'state'))
  if (crane.archives === undefined) throw new Error('the archive crane has archives')
  archives = crane.archives
  await mkdir(join(home, 'a'))
  await mkdir(join(home, 'b'))
})
afterEach(async () => remove())

const directory = (name: string): Source => ({ medium: 'directory', path: join(home, name) })

async function lifted(): Promise<{ readonly ref: LiftRef; readonly place: string }> {
  const store = archiveStore(join(home, 'store'))
  const ref = { id: 'l-1', runId: 'r', target: 'dir:/a', store, at: '2026-11-21T08:00:00.000Z', machine: 'm' } as const
  await crane.preflight(store, [directory('a')], { signal, init: false })
  await crane.lift(ref, directory('a'), { signal })
  return { ref, place: join(home, 'store', 'dir=~a', 'l-1') }
}

async function sparse(path: string, size: number, at: number): Promise<void> {
  await using file = await open(path, 'w')
  await file.write('data', at)
  await truncate(path, size)
}

async function checkAndLower(ref: LiftRef): Promise<void> {
  const [point] = await Array.fromAsync(archives.list(ref.store, { signal }))
  if (point === undefined) throw new Error('the archive is listed')
  await archives.check?.(point, ref.store, { signal })
  await archives.lower(point, ref.store, directory('b'), { signal })
}

async function entries(place: string): Promise<readonly Entry[]> {
  const text = zstdDecompressSync(await readFile(join(place, 'manifest.jsonl.zst'))).toString()
  return text.trimEnd().split('\n').map(entryOfLine)
}

describe.skipIf(!part('tar-xattrs').available)('files with holes', () => {
  it('of terabytes are lifted, checked and restored in the time of their data', { timeout: 60_000 }, async () => {
    await sparse(join(home, 'a', 'huge'), 8 * TIB, 5 * TIB + 17)
    await truncate(await emptyFile('hole'), 3 * TIB)
    const { ref, place } = await lifted()
    await checkAndLower(ref)
    for (const name of ['huge', 'hole']) {
      const [was, is] = [await stat(join(home, 'a', name)), await stat(join(home, 'b', name))]
      expect([is.size, is.blocks]).toEqual([was.size, was.blocks])
    }
    await using file = await open(join(home, 'b', 'huge'))
    expect((await file.read(Buffer.alloc(4), 0, 4, 5 * TIB + 17)).buffer.toString()).toBe('data')
    for (const entry of await entries(place)) expect(entry.blocksSha256 === undefined).toBe(entry.type !== 'file')
  })

  it('are found changed', async () => {
    await sparse(join(home, 'a', 'f'), 50_000_000, 40_000_000)
    const { ref, place } = await lifted()
    const [point] = await Array.fromAsync(archives.list(ref.store, { signal }))
    if (point === undefined) throw new Error('the archive is listed')
    const path = join(place, 'manifest.jsonl.zst')
    const text = zstdDecompressSync(await readFile(path)).toString()
    const bytes = zstdCompressSync(text.replace(/"blocksSha256":"./, (found) => found.replace(/.$/, 'g')))
    await writeFile(path, bytes)
    const file = pointOfText(await readFile(join(place, 'point.json'), 'utf8'))
    if (file === undefined) throw new Error('the point can be read')
    const manifest = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    await writeFile(join(place, 'point.json'), textOfPoint({ ...file, manifest }))
    await expect(archives.check?.(point, ref.store, { signal })).rejects.toMatchObject({
      code: 'ARCHIVE.DAMAGED',
      message: expect.stringContaining('its content differs'),
    })
  })

  it('and archives of version 1, which hash holes as zeros, can be read', async () => {
    await sparse(join(home, 'a', 'f'), 30_000_000, 20_000_000)
    await writeFile(join(home, 'a', 'g'), 'plain')
    const { ref, place } = await lifted()
    const whole = await readFile(join(home, 'a', 'f'))
    const [manifestPath, pointPath] = [join(place, 'manifest.jsonl.zst'), join(place, 'point.json')]
    const text = zstdDecompressSync(await readFile(manifestPath)).toString()
    const hashed = /"blocksSha256":"[^"]*"/
    expect(text).toMatch(hashed)
    const old = zstdCompressSync(text.replace(hashed, `"sha256":"${sha256(whole)}"`))
    const file = pointOfText(await readFile(pointPath, 'utf8'))
    if (file === undefined) throw new Error('the point can be read')
    const data = { bytes: file.data.bytes, sha256: sha256(await readFile(join(place, 'data.tar.zst'))) }
    const manifest = { bytes: old.length, sha256: sha256(old) }
    await writeFile(manifestPath, old)
    await writeFile(pointPath, textOfPoint({ ...file, version: 1, data, manifest }))
    await checkAndLower(ref)
    expect((await readFile(join(home, 'b', 'f'))).equals(whole)).toBe(true)
  })
})

it('a restored file with other holes than the archived one is compared by its content', async () => {
  const alike = rehashing(join(home, 'a'), signal)
  await sparse(join(home, 'a', 'f'), 3_000_000, 2_000_000)
  const content = await readFile(join(home, 'a', 'f'))
  const of = (hash: Partial<Entry>): Entry => ({
    path: 'f',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: '1',
    size: content.length,
    ...hash,
  })
  const plain = of({ sha256: sha256(content) })
  const blocks = await alike(of({ blocksSha256: '' }), plain)
  expect(blocks).toMatchObject({ blocksSha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(blocks.sha256).toBeUndefined()
  expect(await alike(plain, blocks)).toEqual(plain)
  expect(await alike(plain, plain)).toBe(plain)
})

async function emptyFile(name: string): Promise<string> {
  const path = join(home, 'a', name)
  await writeFile(path, '')
  return path
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
