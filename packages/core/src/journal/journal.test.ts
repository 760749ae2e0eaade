import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Journal, NewEntry } from './journal.ts'
import { memoryJournal } from './memory-journal.ts'
import { sqliteJournal } from './sqlite-journal.ts'

const directories: string[] = []
const open: Disposable[] = []

afterEach(() => {
  for (const journal of open.splice(0)) journal[Symbol.dispose]()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

function inFile(): Journal {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-journal-'))
  directories.push(directory)
  const journal = sqliteJournal(join(directory, 'journal.sqlite'))
  open.push(journal)
  return journal
}

function entry(runId: string, order = 0, workload = 'docker:web'): NewEntry {
  return { runId, order, undo: { kind: 'quiesce', quiescer: 'docker.stop', workload, token: { was: 'running' } } }
}

describe.each([
  ['memory', memoryJournal],
  ['sqlite', inFile],
])('the %s journal', (_name, make) => {
  test('gives back what was opened, in that order, as intent', async () => {
    const journal = make()
    const [first, second] = await journal.open([entry('a', 2), entry('a', 1, 'docker:db')])
    const [third] = await journal.open([entry('b')])
    expect(await journal.pending()).toEqual([first, second, third])
    expect(await journal.pending('b')).toEqual([third])
    expect(first).toMatchObject({ runId: 'a', order: 2, phase: 'intent', attempts: 0, undo: entry('a').undo })
    expect(new Date(first?.at ?? '').toISOString()).toBe(first?.at)
  })

  test('keeps every kind of undo as it was', async () => {
    const journal = make()
    const snapshot = {
      id: 's-1',
      runId: 'a',
      target: 'dir:/x',
      source: { medium: 'docker-volume', name: 'v', createdAt: '2026-01-01T00:00:00Z' },
      token: null,
    } as const
    const store = {
      ref: 'archive:/b',
      crane: 'archive',
      settings: { level: 3, deep: { list: [1, null, 'x'] } },
    } as const
    const undos: NewEntry['undo'][] = [
      { kind: 'quiesce', quiescer: 'q', workload: 'w', token: [1, { a: null }] },
      { kind: 'snapshot', snapshotter: 's', ref: snapshot },
      {
        kind: 'exposure',
        snapshotter: 's',
        ref: { ...snapshot, source: { medium: 'directory', path: '/x\n\u0000ü' } },
      },
      {
        kind: 'lift',
        ref: { id: 'l-1', runId: 'a', target: 'dir:/x', store, at: '2026-01-01T00:00:00Z', machine: 'm', tide: 't' },
      },
      { kind: 'provision', target: 'dir:/x', provisioner: 'p', token: 'text' },
      { kind: 'swap', target: 'dir:/x', token: 0 },
      { kind: 'staging', target: 'dir:/x', token: [] },
      { kind: 'effect', target: 'dir:/x', effect: 'e.verb', token: { deep: [null] } },
    ]
    await journal.open(undos.map((undo, order) => ({ runId: 'a', order, undo })))
    expect((await journal.pending()).map(({ undo }) => undo)).toEqual(undos)
  })

  test('moves on: done, failed, settled', async () => {
    const journal = make()
    const [first, second] = await journal.open([entry('a'), entry('a')])
    if (first === undefined || second === undefined) throw new Error('nothing was opened')
    await journal.done([first.id])
    await journal.failed(second.id, { code: 'A.B', message: 'one', why: 'w' })
    await journal.failed(second.id, { code: 'A.B', message: 'two' })
    expect(await journal.pending()).toEqual([
      { ...first, phase: 'done' },
      { ...second, attempts: 2, lastFailure: { code: 'A.B', message: 'two' } },
    ])
    await journal.settle([first.id])
    await journal.settle([first.id, second.id])
    expect(await journal.pending()).toEqual([])
  })

  test('settling again what is settled touches no later entry', async () => {
    const journal = make()
    const [first] = await journal.open([entry('a')])
    if (first === undefined) throw new Error('nothing was opened')
    await journal.settle([first.id])
    const [second] = await journal.open([entry('b')])
    await journal.settle([first.id])
    await journal.failed(first.id, { code: 'A.B', message: 'late' })
    expect(await journal.pending()).toEqual([second])
  })

  test('refuses to call done what is not there, and changes nothing then', async () => {
    const journal = make()
    const [first, second] = await journal.open([entry('a'), entry('a')])
    if (first === undefined || second === undefined) throw new Error('nothing was opened')
    await journal.settle([second.id])
    await expect(journal.done([first.id, second.id])).rejects.toMatchObject({ code: 'JOURNAL.LOST' })
    expect(await journal.pending()).toEqual([first])
  })

  test('opens all or nothing', async () => {
    const journal = make()
    const token = JSON.parse('{}').token
    const broken: NewEntry = { runId: 'a', order: 0, undo: { kind: 'swap', target: 'dir:/x', token } }
    await expect(journal.open([entry('a'), broken])).rejects.toThrow()
    const unreadable: NewEntry = { runId: 'a', order: 0, undo: { kind: 'unreadable', why: 'never opened' } }
    await expect(journal.open([entry('a'), unreadable])).rejects.toThrow()
    expect(await journal.pending()).toEqual([])
  })
})
