import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Finding, LiftRef, Source } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'
import { hostileTree, portrait } from './archive-tree.ts'

const { signal } = new AbortController()
const tools = part('tar-xattrs').available && process.geteuid?.() === 0

/** Root, and short: the longest paths of the tree nearly fill what Linux allows. */
let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sk-'))
})
afterEach(() => {
  execFileSync('rm', ['-rf', home])
})

const directory = (name: string): Source => ({ medium: 'directory', path: join(home, name) })
const refOf = (id: string): LiftRef => ({
  id,
  runId: 'run',
  target: 'dir:/srv/app',
  store: archiveStore(join(home, 'store')),
  at: '2026-11-21T08:00:00.000Z',
  machine: 'test',
  tide: 'nightly',
})

describe.skipIf(!tools)('the archive crane with real trees, as root', () => {
  const crane = archiveCrane(join(home, 'state'))
  const { archives } = crane
  if (archives === undefined) throw new Error('the archive crane has archives')
  it('brings back 10,000 files and every oddity as they were', { timeout: 300_000 }, async () => {
    await hostileTree(join(home, 'a'), 10_000)
    const before = portrait(join(home, 'a'))
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    const { point, findings } = await crane.lift(ref, directory('a'), { signal })
    expect(findings).toEqual([])
    expect(point.state).toBe('good')
    expect(point.files).toBeGreaterThan(10_000)
    expect(portrait(join(home, 'a'))).toBe(before)
    await archives.check?.(point, ref.store, { signal })
    await mkdir(join(home, 'b'))
    await archives.lower(point, ref.store, directory('b'), { signal })
    const after = portrait(join(home, 'b'))
    expect(after.length).toBeGreaterThan(1_000_000)
    expect(after === before, firstDifference(before, after)).toBe(true)
    expect((await stat(join(home, 'b', 'sparse'))).blocks).toBeLessThan(1000)
    // Without salvage-kit, with the tools of any machine.
    await mkdir(join(home, 'c'))
    const data = join(home, 'store', 'dir=~srv~app', 'l-1', 'data.tar.zst')
    const byHand = `zstd -dcq ${data} | tar -x --xattrs --xattrs-include='*' --numeric-owner -p --delay-directory-restore -C ${home}/c`
    execFileSync('sh', ['-c', byHand], { stdio: ['ignore', 'ignore', 'ignore'] })
    expect(portrait(join(home, 'c')) === before).toBe(true)
    expect((await stat(data)).mode & 0o777).toBe(0o600)
    expect((await stat(join(home, 'store', 'dir=~srv~app'))).mode & 0o777).toBe(0o700)
  })

  it('passes over sockets and stays good', async () => {
    await mkdir(join(home, 'a'))
    const server = createServer().listen(join(home, 'a', 'socket'))
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    const { point, findings } = await crane.lift(ref, directory('a'), { signal })
    server.close()
    expect(findings).toEqual([])
    expect(point).toMatchObject({ state: 'good', files: 0 })
  })

  it('says so when a path is longer than tar can restore', async () => {
    await mkdir(join(home, 'a'))
    const deeper = `const { mkdirSync, writeFileSync } = require('node:fs'); const name = 'n'.repeat(250)
      for (let n = 0; n < 17; n++) { mkdirSync(name); process.chdir(name) } writeFileSync('f', 'x')`
    execFileSync(process.execPath, ['-e', deeper], { cwd: join(home, 'a') })
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    const { point, findings } = await crane.lift(ref, directory('a'), { signal })
    expect(findings).toMatchObject([{ code: 'ARCHIVE.PATH_TOO_LONG' }])
    expect(point.state).toBe('partial')
    await archives.check?.(point, ref.store, { signal })
    await mkdir(join(home, 'b'))
    await expect(archives.lower(point, ref.store, directory('b'), { signal })).rejects.toMatchObject({
      code: 'ARCHIVE.TAR_FAILED',
    })
  })

  it('finds out when the restored tree is not the archived one', async () => {
    await mkdir(join(home, 'a'))
    await writeFile(join(home, 'a', 'f'), 'x')
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    const { point } = await crane.lift(ref, directory('a'), { signal })
    // A default ACL of the place itself, which tar leaves and the files inherit.
    await mkdir(join(home, 'b'))
    execFileSync('setfacl', ['-d', '-m', 'u:33:rwx', join(home, 'b')])
    await expect(archives.lower(point, ref.store, directory('b'), { signal })).rejects.toMatchObject({
      code: 'ARCHIVE.RESTORE_DIFFERS',
      why: expect.stringContaining('xattrs'),
    })
    await expect(archives.lower(point, ref.store, directory('b'), { signal })).rejects.toMatchObject({
      code: 'RESTORE.OCCUPIED',
    })
  })

  it('passes over what is no archive in its store', async () => {
    await mkdir(join(home, 'a'))
    const ref = refOf('l-1')
    await crane.preflight(ref.store, [directory('a')], { signal, init: false })
    await crane.lift(ref, directory('a'), { signal })
    const folder = join(home, 'store', 'dir=~srv~app')
    for (const name of ['.partial-l-2', '.removed-l-3', 'foreign', 'no-point', 'wrong-id'])
      await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, 'no-point', 'point.json'), '{"version":1}')
    execFileSync('cp', [join(folder, 'l-1', 'point.json'), join(folder, 'wrong-id', 'point.json')])
    await writeFile(join(home, 'store', 'notes.txt'), '')
    const problems: Finding[] = []
    const onProblem = (problem: Finding): void => void problems.push(problem)
    const listed = await Array.fromAsync(archives.list(ref.store, { signal, onProblem }))
    expect(problems.map(({ code, message }) => `${code} ${message}`).toSorted()).toEqual(
      ['no-point', 'wrong-id'].map(
        (name) =>
          `ARCHIVE.POINT_UNREADABLE an archive in ${ref.store.ref} is not listed: ${join(folder, name)}/point.json cannot be read`,
      ),
    )
    expect(listed.map(({ id }) => id)).toEqual(['l-1'])
    await archives.remove(listed, ref.store, { signal })
    expect((await readdir(folder)).toSorted()).toEqual(['.partial-l-2', 'foreign', 'no-point', 'wrong-id'])
    await rm(join(home, 'store'), { recursive: true })
    await expect(Array.fromAsync(archives.list(ref.store, { signal }))).rejects.toMatchObject({
      code: 'STORE.NOT_FOUND',
    })
  })
})

function firstDifference(before: string, after: string): string {
  const [left, right] = [before.split('\n'), after.split('\n')]
  const at = left.findIndex((line, n) => line !== right[n])
  return `${String(left[at])}\n${String(right[at])}`
}
