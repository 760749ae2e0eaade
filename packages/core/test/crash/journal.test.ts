import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalEntry } from '../../src/journal/journal.ts'
import { sqliteJournal } from '../../src/journal/sqlite-journal.ts'
import { startChild } from './child-process.ts'
import { randomOf, SEED } from './seed.ts'

const KILLS = 60
let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-journal-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** The ids that a writer named in lines of this kind. */
function idsOf(lines: readonly string[], kind: string): ReadonlySet<number> {
  return new Set(
    lines
      .map((line) => line.split(' '))
      .filter(([word]) => word === kind)
      .flatMap(([, ...ids]) => ids.filter((id) => id !== '').map(Number)),
  )
}

/** What the journal must hold of a writer that was killed after it had printed these lines. */
function check(lines: readonly string[], pending: readonly JournalEntry[], where: string): void {
  const settling = idsOf(lines, 'settling')
  const settled = idsOf(lines, 'settled')
  const marking = idsOf(lines, 'marking')
  const done = idsOf(lines, 'done')
  const found = new Map(pending.map((entry) => [entry.id, entry]))
  for (const id of idsOf(lines, 'opened')) {
    if (settled.has(id)) expect(found.has(id), `${where}: ${String(id)} was settled`).toBe(false)
    else if (!settling.has(id)) expect(found.has(id), `${where}: ${String(id)} was opened`).toBe(true)
    const phase = found.get(id)?.phase
    if (phase !== undefined && done.has(id)) expect(phase, `${where}: ${String(id)}`).toBe('done')
    if (phase !== undefined && !marking.has(id)) expect(phase, `${where}: ${String(id)}`).toBe('intent')
  }
}

/** How many entries of each batch that the writer could not tell of any more are there: all or none. */
function checkLastBatch(lines: readonly string[], pending: readonly JournalEntry[], where: string): number {
  const told = idsOf(lines, 'opened')
  const untold = pending.filter(({ id }) => !told.has(id))
  const sizes = new Set(untold.map(({ undo }) => (undo.kind === 'swap' ? JSON.stringify(undo.token) : '')))
  expect(sizes.size, `${where}: at most one batch is untold`).toBeLessThanOrEqual(1)
  for (const text of sizes) expect(untold.length, where).toBe(JSON.parse(text).size)
  return untold.length
}

test(`a killed writer loses nothing that it was told is written, ${String(KILLS)} times (seed ${String(SEED)})`, async () => {
  console.log(`seed ${String(SEED)}`)
  const random = randomOf(SEED)
  const path = join(directory, 'journal.sqlite')
  using journal = sqliteJournal(path)
  let opened = 0
  let untold = 0
  for (let kill = 0; kill < KILLS; kill += 2) {
    const runs = [`run-${String(kill)}`, `run-${String(kill + 1)}`]
    const writers = runs.map((run) => startChild('journal-child.ts', path, run, String(random() * 2 ** 32)))
    await Promise.all(
      writers.map(async (writer) => {
        await writer.line('opened')
        await delay(random() * 60)
        await writer.kill()
      }),
    )
    for (const [index, run] of runs.entries()) {
      const lines = writers[index]?.lines ?? []
      const where = `seed ${String(SEED)}, ${run}`
      opened += idsOf(lines, 'opened').size
      // One connection that was there all the time, and one that begins after the kill.
      using later = sqliteJournal(path)
      for (const reader of [journal, later]) check(lines, await reader.pending(run), where)
      untold += checkLastBatch(lines, await later.pending(run), where)
    }
  }
  console.log(
    `${String(KILLS)} kills, ${String(opened)} entries told as written, ${String(untold)} written and not told`,
  )
  expect(opened).toBeGreaterThan(KILLS * 3)
})

test('several processes may make the same journal at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const path = join(directory, `new-${String(round)}`, 'journal.sqlite')
    const writers = ['a', 'b', 'c', 'd'].map((run) => startChild('journal-child.ts', path, run, '1'))
    try {
      await Promise.all(writers.map((writer) => writer.line('opened')))
    } finally {
      await Promise.all(writers.map((writer) => writer.kill()))
    }
    using journal = sqliteJournal(path)
    for (const [index, run] of ['a', 'b', 'c', 'd'].entries())
      check(writers[index]?.lines ?? [], await journal.pending(run), `round ${String(round)}, ${run}`)
  }
})
