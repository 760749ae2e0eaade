import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/json.ts'
import { clearStaging, prepareSwap, stageSwap, unswap } from '../../src/restore/swap.ts'

const ENTRIES = 600
const KILLS = 60
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20261121)
const never = { signal: new AbortController().signal }
const child = fileURLToPath(new URL('swap-child.ts', import.meta.url))

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'salvage-swap-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

async function fill(directory: string, content: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await Promise.all(
    Array.from({ length: ENTRIES }, (_, n) =>
      writeFile(join(directory, `file${String(n)}`), `${content} ${String(n)}`),
    ),
  )
}

/** `old`, `new`, or what is wrong. */
async function contentOf(directory: string): Promise<string> {
  const names = await readdir(directory)
  if (names.length !== ENTRIES) return `${String(names.length)} entries`
  const texts = await Promise.all(
    names.map(async (name) => (await readFile(join(directory, name), 'utf8')).split(' ')[0]),
  )
  return [...new Set(texts)].join(' and ')
}

async function killDuring(token: Json, ms: number, mode: string): Promise<void> {
  const process_ = spawn(process.execPath, [child, JSON.stringify(token), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(process_, 'exit')
  await once(process_.stdout, 'data')
  await Promise.race([delay(ms), ended])
  process_.kill('SIGKILL')
  await ended
}

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

describe(`an exchange killed at a random time (seed ${String(SEED)})`, () => {
  it(`is taken back to the last byte, ${String(KILLS)} times, and a committed one stays`, async () => {
    const next = random(SEED)
    const seen = { old: 0, new: 0 }
    for (let round = 0; round < KILLS; round += 1) {
      const directory = join(root, `r${String(round)}`)
      await fill(directory, 'old')
      await chmod(directory, 0o751)
      const token = await prepareSwap(directory, 'run')
      await fill(await stageSwap(token), 'new')
      const commits = round % 3 === 0
      await killDuring(token, next() * (commits ? 70 : 40), commits ? 'commit' : '')
      for (let again = 0; again < 2; again += 1) {
        await unswap(token, never)
        await clearStaging(token, never)
      }
      const content = await contentOf(directory)
      expect(commits ? ['old', 'new'] : ['old'], `round ${String(round)}`).toContain(content)
      if (content === 'old' || content === 'new') seen[content] += 1
      if (content === 'old') expect((await lstat(directory)).mode & 0o777).toBe(0o751)
      expect((await readdir(root)).filter((name) => name.includes('salvage-restore'))).toEqual([])
      await rm(directory, { recursive: true })
    }
    expect(seen.old).toBeGreaterThan(0)
    expect(seen.new).toBeGreaterThan(0)
  })
})
