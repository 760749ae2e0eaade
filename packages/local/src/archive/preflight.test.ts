import { mkdir, mkdtempDisposable, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Source } from '@salvage-kit/core'
import { archiveStore } from './archive-store.ts'
import { list } from './list.ts'
import { preflight } from './preflight.ts'

const { signal } = new AbortController()
let home = ''
let remove: () => Promise<void>
beforeEach(async () => {
  const folder = await mkdtempDisposable(join(tmpdir(), 'salvage-preflight-'))
  home = folder.path
  remove = () => folder.remove()
  await mkdir(join(home, 'source'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await remove()
})

const directory = (name: string): Source => ({ medium: 'directory', path: join(home, name) })
const run = (store: string, source: Source, init = false): Promise<void> =>
  preflight(join(home, 'state'), archiveStore(join(home, store)), [source], { signal, init })

it('makes a store where nothing is, and in an empty directory', async () => {
  await run('new/store', directory('source'))
  expect(await readdir(join(home, 'new/store'))).toEqual(['salvage-archive.json'])
  await mkdir(join(home, 'empty'))
  await run('empty', directory('source'))
  expect(await readdir(join(home, 'empty'))).toEqual(['salvage-archive.json'])
})

it('reads the volume of an engine through its host path, and no other', async () => {
  await run('store', { medium: 'docker-volume', name: 'v', hostPath: join(home, 'source') })
  await expect(run('store', { medium: 'docker-volume', name: 'v' })).rejects.toMatchObject({
    code: 'ARCHIVE.NO_DIRECTORY',
  })
})

it('refuses a store and a source of which one holds the other, also behind a symlink', async () => {
  await symlink('source', join(home, 'link'))
  for (const [store, source] of [
    ['source/store', 'source'],
    ['link/deeper/store', 'source'],
    ['source', 'source'],
    ['.', 'source'],
    ['source', 'link'],
  ] as const)
    await expect(run(store, directory(source)), store).rejects.toMatchObject({ code: 'ARCHIVE.STORE_IN_SOURCE' })
  expect(await readdir(join(home, 'source'))).toEqual([])
  await run('source-store', directory('source'))
})

it('refuses a source that is missing or no directory', async () => {
  await writeFile(join(home, 'file'), '')
  for (const name of ['missing', 'file'])
    await expect(run('store', directory(name))).rejects.toMatchObject({ code: 'ARCHIVE.SOURCE_UNREADABLE' })
  expect(await readdir(home)).not.toContain('store')
})

it('takes a directory with other things only when told to', async () => {
  await mkdir(join(home, 'store'))
  await writeFile(join(home, 'store', 'letter.txt'), '')
  await expect(run('store', directory('source'))).rejects.toMatchObject({ code: 'ARCHIVE.STORE_FOREIGN' })
  await run('store', directory('source'), true)
  await run('store', directory('source'))
})

it('refuses an empty directory that was a store before: its disk may not be mounted', async () => {
  await run('store', directory('source'))
  for (const unmounted of ['store', 'never/there']) {
    if (unmounted !== 'store') await run(unmounted, directory('source'))
    await rm(join(home, unmounted), { recursive: true })
    if (unmounted === 'store') await mkdir(join(home, 'store'))
    else await rm(join(home, 'never'), { recursive: true })
    await expect(run(unmounted, directory('source'))).rejects.toMatchObject({
      code: 'STORE.NOT_FOUND',
      why: expect.stringContaining('not be mounted'),
    })
    expect(await readdir(home)).not.toContain('never')
    await run(unmounted, directory('source'), true)
    await run(unmounted, directory('source'))
  }
})

it('ends where nothing can be made', async () => {
  const inProc = archiveStore('/proc/salvage/store')
  await expect(
    preflight(join(home, 'state'), inProc, [directory('source')], { signal, init: true }),
  ).rejects.toMatchObject({ code: 'ARCHIVE.STORE_FAILED', message: '/proc/salvage/store cannot be written' })
})

it('marks a store of version 1 as one of this version', async () => {
  await mkdir(join(home, 'store'))
  await writeFile(join(home, 'store', 'salvage-archive.json'), '{"format":"salvage-archive","version":1}')
  await run('store', directory('source'))
  const marker: unknown = JSON.parse(await readFile(join(home, 'store', 'salvage-archive.json'), 'utf8'))
  expect(marker).toEqual({ format: 'salvage-archive', version: 2 })
  expect(await readdir(join(home, 'store'))).toEqual(['salvage-archive.json'])
})

it('refuses a store of a later version and a marker that is none', async () => {
  await mkdir(join(home, 'store'))
  const marker = join(home, 'store', 'salvage-archive.json')
  await writeFile(marker, '{"format":"salvage-archive","version":3}')
  await expect(run('store', directory('source'))).rejects.toMatchObject({ code: 'ARCHIVE.STORE_TOO_NEW' })
  await writeFile(marker, '')
  await expect(run('store', directory('source'))).rejects.toMatchObject({ code: 'STORE.NOT_FOUND' })
  await expect(Array.fromAsync(list(archiveStore(join(home, 'store')), { signal }))).rejects.toMatchObject({
    code: 'STORE.NOT_FOUND',
  })
})

it('needs a tar', async () => {
  vi.stubEnv('PATH', join(home, 'source'))
  await expect(run('store', directory('source'))).rejects.toMatchObject({ code: 'ARCHIVE.TAR_MISSING' })
})

it('needs an absolute path', () => {
  expect(() => archiveStore('backups')).toThrow(expect.objectContaining({ code: 'ARCHIVE.SETTINGS' }))
  expect(archiveStore('/backups//disk/')).toEqual({
    ref: 'archive:/backups/disk',
    crane: 'archive',
    settings: { directory: '/backups/disk' },
  })
})
