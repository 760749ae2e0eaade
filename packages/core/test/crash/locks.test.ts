import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteLocks } from '../../src/lock/sqlite-locks.ts'
import { startChild } from './child-process.ts'
import type { Child } from './child-process.ts'
import { randomOf, SEED } from './seed.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-locks-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

async function startHolder(): Promise<Child> {
  const holder = startChild('locks-child.ts', directory)
  await holder.line('ready')
  return holder
}

test('a lock ends with SIGKILL of its holder: others get its keys, and it is adopted, at once', async () => {
  const locks = sqliteLocks(directory)
  for (let round = 0; round < 10; round += 1) {
    const [one, two] = [`one-${String(round)}`, `two-${String(round)}`]
    await using holder = await startHolder()
    expect(await holder.ask(`acquire ${one} a b`)).toBe(`held ${one}`)
    expect(await holder.ask(`acquire ${two} c`)).toBe(`held ${two}`)
    await expect(locks.acquire('mine', ['b'])).rejects.toMatchObject({
      code: 'LOCK.BUSY',
      message: expect.stringContaining(one),
    })
    expect(await locks.adopt(one)).toBeUndefined()
    await holder.kill()
    {
      await using mine = await locks.acquire('mine', ['b'])
      await using adopted = await locks.adopt(one)
      expect([mine.runId, adopted?.runId]).toEqual(['mine', one])
      await using other = await locks.adopt(two)
      expect(other?.runId).toBe(two)
      // A dead run that is being recovered guards what is left of its keys.
      await expect(locks.acquire('late', ['c'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    }
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^keys-.*\.sqlite$/)])
  }
})

test('the runs of one process live on when another of them ends, seen from outside', async () => {
  await using holder = await startHolder()
  expect(await holder.ask('acquire one a')).toBe('held one')
  expect(await holder.ask('acquire two b')).toBe('held two')
  // Each of these opens and closes the files of living runs in the holder's own process.
  expect(await holder.ask('acquire three a')).toBe('failed three LOCK.BUSY')
  expect(await holder.ask('adopt one')).toBe('refused one')
  expect(await holder.ask('adopt two')).toBe('refused two')
  expect(await holder.ask('release two')).toBe('released two')
  const locks = sqliteLocks(directory)
  await expect(locks.acquire('mine', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  expect(await locks.adopt('one')).toBeUndefined()
  await using mine = await locks.acquire('mine', ['b'])
  expect(mine.runId).toBe('mine')
})

test('of two that adopt a dead run at the same time exactly one wins, 40 times', async () => {
  await using one = await startHolder()
  await using two = await startHolder()
  let byOne = 0
  for (let round = 0; round < 40; round += 1) {
    const run = `run-${String(round)}`
    await using holder = await startHolder()
    expect(await holder.ask(`acquire ${run} key-${String(round)}`)).toBe(`held ${run}`)
    await holder.kill()
    const order = round % 2 === 0 ? [one, two] : [two, one]
    const answers = await Promise.all(order.map((child) => child.ask(`adopt ${run}`)))
    const won = [one, two].map((child) => answers[order.indexOf(child)] === `adopted ${run}`)
    expect(answers.toSorted()).toEqual([`adopted ${run}`, `refused ${run}`])
    if (won[0] === true) byOne += 1
    await (won[0] === true ? one : two).ask(`release ${run}`)
  }
  console.log(`adopted by the one ${String(byOne)} times, by the other ${String(40 - byOne)} times`)
})

interface Span {
  readonly run: string
  readonly key: string
  readonly from: bigint
  readonly to: bigint
}

/** From when to when a contender surely had which key; one that was killed had its last ones until then. */
function spansOf(lines: readonly string[], killedAt?: bigint): Span[] {
  const spans: Span[] = []
  const words = lines.map((line) => line.split(' '))
  for (const [index, [what, at = '0', run = '', ...keys]] of words.entries()) {
    if (what !== 'held') continue
    const [next, end = '0'] = words[index + 1] ?? []
    const to = next === 'releasing' ? BigInt(end) : killedAt
    if (to === undefined) throw new Error(`${run} was neither released nor killed`)
    spans.push(...keys.filter((key) => key !== '').map((key) => ({ run, key, from: BigInt(at), to })))
  }
  return spans
}

function overlaps(spans: readonly Span[]): string[] {
  const byStart = spans.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return byStart.flatMap((span, index) =>
    byStart
      .slice(index + 1)
      .filter((later) => later.key === span.key && later.from < span.to)
      .map((later) => `${later.run} had ${later.key} while ${span.run} had it`),
  )
}

const KEYS = ['a', 'b', 'c', 'd', 'e']

function contender(name: string, rounds: number, seed: number): Child {
  return startChild('contender.ts', directory, name, KEYS.join(','), String(rounds), String(seed))
}

test(`processes that want overlapping sets of keys never share one, and all get on (seed ${String(SEED)})`, async () => {
  console.log(`seed ${String(SEED)}`)
  const rounds = 60
  const contenders = ['x', 'y', 'z'].map((name, index) => contender(name, rounds, SEED + index))
  try {
    expect(await Promise.all(contenders.map((each) => each.ended))).toEqual([0, 0, 0])
  } finally {
    await Promise.all(contenders.map((each) => each.kill()))
  }
  for (const each of contenders) expect(each.lines.at(-1)).toBe('finished')
  const spans = contenders.flatMap((each) => spansOf(each.lines))
  expect(overlaps(spans)).toEqual([])
  const refusals = contenders.flatMap(({ lines }) => lines.filter((line) => line.startsWith('busy')))
  console.log(`${String(spans.length)} keys held, ${String(refusals.length)} refusals`)
  expect(refusals.length).toBeGreaterThan(10)
  expect(readdirSync(directory)).toEqual([expect.stringMatching(/^keys-.*\.sqlite$/)])
})

test(`nor when they are killed at random times, and the keys of the dead come free (seed ${String(SEED)})`, async () => {
  const random = randomOf(SEED)
  const spans: Span[] = []
  await using survivor = contender('survivor', 150, SEED)
  for (let kill = 1; kill <= 30; kill += 1) {
    await using victim = contender(`victim${String(kill)}`, 1000, SEED + kill)
    await victim.line('held')
    await delay(random() * 25)
    const at = process.hrtime.bigint()
    await victim.kill()
    spans.push(...spansOf(victim.lines, at))
  }
  expect(await survivor.ended).toBe(0)
  spans.push(...spansOf(survivor.lines))
  expect(overlaps(spans)).toEqual([])
  await using all = await sqliteLocks(directory).acquire('last', KEYS)
  expect(all.runId).toBe('last')
})
