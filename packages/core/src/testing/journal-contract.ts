import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Journal, NewEntry } from '../journal/journal.ts'

/** A journal with nothing in it, and how another process opens the same. Made anew for each case. */
export interface JournalFixture extends AsyncDisposable {
  readonly journal: Journal
  /** The same journal, as another process opens it; the very same object where none could. */
  again(): Promise<Journal> | Journal
}

/** An entry of a run that says nothing special. */
function entry(runId: string, order = 0, workload = 'docker:web'): NewEntry {
  return { runId, order, undo: { kind: 'quiesce', quiescer: 'docker.stop', workload, token: { was: 'running' } } }
}

/** What every journal promises. */
export function journalContract(name: string, setup: () => Promise<JournalFixture>): void {
  describe(`journal contract: ${name}`, () => {
    let fixture: JournalFixture
    let journal: Journal
    beforeEach(async () => {
      fixture = await setup()
      journal = fixture.journal
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('gives back what was opened, in that order, as intent', async () => {
      expect(await journal.pending()).toEqual([])
      const [first, second] = await journal.open([entry('a', 2), entry('a', 1, 'docker:db')])
      const [third] = await journal.open([entry('b')])
      expect(await journal.pending()).toEqual([first, second, third])
      expect(await journal.pending('b')).toEqual([third])
      expect(await journal.pending('c')).toEqual([])
      expect(first).toMatchObject({ runId: 'a', order: 2, phase: 'intent', attempts: 0, undo: entry('a').undo })
      expect(new Date(first?.at ?? '').toISOString()).toBe(first?.at)
    })

    it('shows other processes what is done, at once', async () => {
      const other = await fixture.again()
      const [first, second] = await journal.open([entry('a'), entry('a')])
      if (first === undefined || second === undefined) throw new Error('nothing was opened')
      expect(await other.pending()).toEqual([first, second])
      await other.done([second.id])
      expect(await journal.pending()).toEqual([first, { ...second, phase: 'done' }])
      await other.settle([first.id])
      expect(await journal.pending()).toEqual([{ ...second, phase: 'done' }])
      const [third] = await other.open([entry('b')])
      const [fourth] = await journal.open([entry('a')])
      expect((await other.pending()).slice(1)).toEqual([third, fourth])
    })

    it('loses nothing when several write at once', async () => {
      const writers = [journal, await fixture.again(), await fixture.again()]
      const opened = await Promise.all(
        writers.flatMap((writer, at) => [1, 2, 3, 4].map((order) => writer.open([entry(`run-${String(at)}`, order)]))),
      )
      const ids = opened.flat().map(({ id }) => id)
      expect(new Set(ids).size).toBe(12)
      expect((await journal.pending()).map(({ id }) => id)).toEqual(ids.toSorted((one, two) => one - two))
      await Promise.all(ids.map(async (id, at) => (writers[at % 3] ?? journal).settle([id])))
      expect(await journal.pending()).toEqual([])
    })

    it('keeps every kind of undo as it was', async () => {
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

    it('moves on: done, failed, settled', async () => {
      const [first, second] = await journal.open([entry('a'), entry('a')])
      if (first === undefined || second === undefined) throw new Error('nothing was opened')
      await journal.done([first.id])
      await journal.failed(second.id, { code: 'LOCK.BUSY', message: 'one', why: 'w' })
      await journal.failed(second.id, { code: 'LOCK.BUSY', message: 'two' })
      expect(await journal.pending()).toEqual([
        { ...first, phase: 'done' },
        { ...second, attempts: 2, lastFailure: { code: 'LOCK.BUSY', message: 'two' } },
      ])
      await journal.settle([first.id])
      await journal.settle([first.id, second.id])
      expect(await journal.pending()).toEqual([])
    })

    it('touches no later entry when what is settled is settled again', async () => {
      const [first] = await journal.open([entry('a')])
      if (first === undefined) throw new Error('nothing was opened')
      await journal.settle([first.id])
      const [second] = await journal.open([entry('b')])
      await journal.settle([first.id])
      await journal.failed(first.id, { code: 'LOCK.BUSY', message: 'late' })
      expect(await journal.pending()).toEqual([second])
    })

    it('refuses to call done what is not there, and changes nothing then', async () => {
      const [first, second] = await journal.open([entry('a'), entry('a')])
      if (first === undefined || second === undefined) throw new Error('nothing was opened')
      await journal.settle([second.id])
      await expect(journal.done([first.id, second.id])).rejects.toMatchObject({ code: 'JOURNAL.LOST' })
      expect(await journal.pending()).toEqual([first])
    })

    it('opens all or nothing', async () => {
      const token = JSON.parse('{}').token
      const broken: NewEntry = { runId: 'a', order: 0, undo: { kind: 'swap', target: 'dir:/x', token } }
      await expect(journal.open([entry('a'), broken])).rejects.toThrow()
      const unreadable: NewEntry = { runId: 'a', order: 0, undo: { kind: 'unreadable', why: 'never opened' } }
      await expect(journal.open([entry('a'), unreadable])).rejects.toThrow()
      expect(await journal.pending()).toEqual([])
    })

    it('takes nothing for nothing', async () => {
      expect(await journal.open([])).toEqual([])
      await journal.done([])
      await journal.settle([])
      expect(await journal.pending()).toEqual([])
    })
  })
}
