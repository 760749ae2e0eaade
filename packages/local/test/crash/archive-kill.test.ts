import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LiftRef, RestorePoint } from '@salvage-kit/core'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'

const KILLS = 40
const seed = Number(process.env['SALVAGE_TEST_SEED'] ?? Date.now() % 1_000_000)
const { signal } = new AbortController()
const script = new URL('archive-lift.ts', import.meta.url).pathname

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sk-'))
  await mkdir(join(home, 'a'))
})
afterEach(async () => rm(home, { recursive: true }))

it(`an archive is whole or not there, wherever its lift is killed: ${String(KILLS)} kills, seed ${String(seed)}`, async () => {
  for (let n = 0; n < 300; n++) await writeFile(join(home, 'a', `file-${String(n)}`), randomBytes(n * 500))
  const crane = archiveCrane(join(home, 'state'))
  const { archives } = crane
  if (archives?.check === undefined) throw new Error('the archive crane has archives that can be checked')
  const store = archiveStore(join(home, 'store'))
  const folder = join(home, 'store', 'dir=~a')
  await crane.preflight(store, [{ medium: 'directory', path: join(home, 'a') }], { signal, init: false })
  const listed = async (): Promise<RestorePoint[]> => Array.fromAsync(archives.list(store, { signal }))

  const wholeMs = await timeOf('l-0', Number.POSITIVE_INFINITY)
  expect(await listed()).toHaveLength(1)
  let unfinished = 0
  for (let kill = 1; kill <= KILLS; kill++) {
    const id = `l-${String(kill)}`
    const ref: LiftRef = { id, runId: 'run', target: 'dir:/a', store, at: '2026-11-21T08:00:00.000Z', machine: 'test' }
    const before = (await listed()).map((point) => point.id)
    await timeOf(id, wholeMs * 1.1 * fraction(kill))
    const after = (await listed()).filter((point) => !before.includes(point.id))
    if (after[0] === undefined) unfinished += 1
    else {
      expect(after).toMatchObject([{ id, state: 'good' }])
      await archives.check(after[0], store, { signal })
    }
    await expect.poll(() => tars(), { timeout: 5000 }).toBe('')
    await archiveCrane(join(home, 'state')).clear(ref, { signal })
    expect(await readdir(folder)).toEqual((await listed()).map((point) => point.id).toSorted())
    if (kill % 2 === 0) await archives.withdraw(ref, { signal })
    expect((await listed()).length).toBe(before.length + (kill % 2 === 0 ? 0 : after.length))
  }
  // Else the kills did not fall where something can go wrong.
  expect(unfinished).toBeGreaterThan(KILLS / 4)
})

/** Lifts in another process, which is killed after so many milliseconds; how long the lift took. */
async function timeOf(id: string, killAfter: number): Promise<number> {
  const child = spawn(process.execPath, [script, join(home, 'a'), join(home, 'store'), id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const begun = performance.now()
  const closed = once(child, 'close')
  if (Number.isFinite(killAfter)) {
    await Promise.race([setTimeout(killAfter), closed])
    child.kill('SIGKILL')
  }
  await closed
  return performance.now() - begun
}

function fraction(kill: number): number {
  let state = (seed + kill * 7919) >>> 0
  for (let round = 0; round < 3; round++) state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + kill) >>> 0
  return state / 2 ** 32
}

/** The processes of tar that read the source. */
function tars(): string {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.startsWith('tar ') && line.includes(`--directory=${join(home, 'a')} `)).join('\n')
}
