import type { JournalEntry } from '@salvage-kit/core'
import { expect } from 'vitest'

/** The ids that a writer named in lines of this kind. */
export function idsOf(lines: readonly string[], kind: string): ReadonlySet<number> {
  return new Set(
    lines
      .map((line) => line.split(' '))
      .filter(([word]) => word === kind)
      .flatMap(([, ...ids]) => ids.filter((id) => id !== '').map(Number)),
  )
}

/** Holds the journal to what a writer had printed when it was killed. Resolves with how many entries it could not tell of. */
export function checkTold(lines: readonly string[], pending: readonly JournalEntry[], where: string): number {
  const settling = idsOf(lines, 'settling')
  const settled = idsOf(lines, 'settled')
  const marking = idsOf(lines, 'marking')
  const done = idsOf(lines, 'done')
  const told = idsOf(lines, 'opened')
  const found = new Map(pending.map((entry) => [entry.id, entry]))
  for (const id of told) {
    if (settled.has(id)) expect(found.has(id), `${where}: ${String(id)} was settled`).toBe(false)
    else if (!settling.has(id)) expect(found.has(id), `${where}: ${String(id)} was opened`).toBe(true)
    const phase = found.get(id)?.phase
    if (phase !== undefined && done.has(id)) expect(phase, `${where}: ${String(id)}`).toBe('done')
    if (phase !== undefined && !marking.has(id)) expect(phase, `${where}: ${String(id)}`).toBe('intent')
  }
  // Of a batch that it could not tell of any more, all entries are there or none.
  const untold = pending.filter(({ id }) => !told.has(id))
  const batches = new Set(untold.map(({ undo }) => (undo.kind === 'swap' ? JSON.stringify(undo.token) : '')))
  expect(batches.size, `${where}: at most one batch is untold`).toBeLessThanOrEqual(1)
  for (const text of batches) expect(untold.length, where).toBe(JSON.parse(text).size)
  return untold.length
}
