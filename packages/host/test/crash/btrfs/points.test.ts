import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { btrfsStore } from '@salvage-kit/btrfs'
import { listPoints, recover, verify } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import type { BtrfsFileSystem, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seeded, SEED } from '../docker/seed.ts'
import { rigOn, stateFile, VOLUMES } from './rig.ts'
import type { Wishes } from './rig.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
/** Of those that kill themselves at a point of the engine, every so many-th. */
const EACH = 4
const RANDOM_KILLS = 20
const LONGEST_MS = 700
const KINDS = ['btrfs', 'btrfs-raw'] as const

describe.skipIf(!part('btrfs').available)(`a process that cuts and sends, killed (seed ${String(SEED)})`, () => {
  let disk: BtrfsFileSystem
  let far: BtrfsFileSystem
  let folder: TemporaryDirectory
  let serial = 0
  let kills = 0
  beforeAll(async () => {
    disk = await btrfsFileSystem({ megabytes: 512 })
    far = await btrfsFileSystem({ megabytes: 1024 })
    folder = temporaryDirectory()
    mkdirSync(join(disk.path, 'snapshots'))
    for (const volume of VOLUMES) {
      await command('btrfs', ['subvolume', 'create', join(disk.path, volume)])
      writeFileSync(join(disk.path, volume, 'much'), randomBytes(4_000_000))
      writeFileSync(stateFile(disk.path, volume), 'up')
    }
  })
  afterAll(async () => {
    console.log(`killed ${String(kills)} times, seed ${String(SEED)}`)
    await disk[Symbol.asyncDispose]()
    await far[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  function wishes(kind: Wishes['kind'], point?: number): Wishes {
    serial += 1
    for (const volume of VOLUMES) appendFileSync(join(disk.path, volume, 'log'), `${String(serial)}\n`)
    return {
      disk: disk.path,
      state: join(folder.path, 'state'),
      runId: `20261121t080000z-${String(serial).padStart(6, '0')}`,
      at: new Date(Date.UTC(2026, 10, 21) + serial * 60_000).toISOString(),
      kind,
      store: join(far.path, kind),
      ...(point === undefined ? {} : { point }),
    }
  }

  async function ended(
    given: Wishes,
    killAfterMs?: number,
  ): Promise<{ readonly output: string; readonly killed: boolean }> {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const begun = Promise.withResolvers<void>()
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        begun.resolve()
      })
    const exit = once(child, 'exit')
    if (killAfterMs !== undefined) {
      await Promise.race([begun.promise, exit])
      await Promise.race([delay(killAfterMs), exit])
      child.kill('SIGKILL')
    }
    const [code, signal]: unknown[] = await exit
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the child failed: ${output}`)
    const killed = signal === 'SIGKILL'
    if (killed) kills += 1
    return { output, killed }
  }

  /** As the next process would. */
  async function expectRecovered(where: string): Promise<void> {
    const rig = rigOn(disk.path, join(folder.path, 'state'))
    const { signal } = new AbortController()
    const { stuck, alive } = await recover(rig, { signal })
    expect([stuck, alive], where).toEqual([[], []])
    expect(await rig.journal.pending(), where).toEqual([])
    for (const volume of VOLUMES) expect(readFileSync(stateFile(disk.path, volume), 'utf8'), where).toBe('up')
    await expect.poll(() => unfinished(), { message: where, timeout: 10_000 }).toEqual([])
  }

  function unfinished(): readonly string[] {
    const own = join(disk.path, 'snapshots/.salvage-kit')
    const series = namesIn(join(own, 'parents')).flatMap((one) => namesIn(join(own, 'parents', one)))
    return [
      ...namesIn(join(own, 'runs')),
      ...series.filter((name) => name.includes('lifting')),
      ...KINDS.flatMap((kind) =>
        ['incoming', 'writing'].flatMap((place) => namesIn(join(far.path, kind, '.salvage-kit', place))),
      ),
    ]
  }

  async function points(kind: Wishes['kind']): Promise<readonly RestorePoint[]> {
    const { signal } = new AbortController()
    const rig = rigOn(disk.path, join(folder.path, 'state'))
    return Array.fromAsync(listPoints(rig, btrfsStore(join(far.path, kind), kind), { signal }))
  }

  it.each(KINDS)('%s: at journal steps and effects', async (kind) => {
    const next = seeded(SEED)
    await ended(wishes(kind))
    for (let point = 1; ; point += 1 + Math.floor(next() * (EACH * 2 - 1))) {
      const { output, killed } = await ended(wishes(kind, point))
      await expectRecovered(`${kind}, ${output}`)
      if (!killed) break
    }
  })

  it(`at random times, ${String(RANDOM_KILLS)} kills`, async () => {
    const next = seeded(SEED)
    for (let round = 0; round < RANDOM_KILLS; round += 1) {
      const kind = KINDS[round % KINDS.length] ?? 'btrfs'
      const ms = Math.round(next() * LONGEST_MS)
      const { output } = await ended(wishes(kind), ms)
      await expectRecovered(`${kind} after ${String(ms)} ms, ${output}`)
    }
  })

  it.each(KINDS)('%s: every copy that is listed is whole, and the next run goes on', async (kind) => {
    const { output, killed } = await ended(wishes(kind))
    expect([output, killed]).toEqual([expect.stringContaining('ended good'), false])
    const { signal } = new AbortController()
    const rig = rigOn(disk.path, join(folder.path, 'state'))
    const list = await points(kind)
    expect(list.length).toBeGreaterThanOrEqual(2 * VOLUMES.length)
    for (const point of list) await verify(rig, point, btrfsStore(join(far.path, kind), kind), { signal })
  })

  it('was killed at least 50 times', () => {
    expect(kills).toBeGreaterThanOrEqual(50)
  })
})

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
