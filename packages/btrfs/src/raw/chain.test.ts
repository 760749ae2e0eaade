import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chainOf, removalOf } from './chain.ts'
import type { RawNote } from './raw-note.ts'

function note(parent?: string): RawNote {
  return {
    format: 'salvage-btrfs-point',
    version: 1,
    target: 'btrfs:v',
    takenAt: '2026-11-21T08:00:00.000Z',
    machine: 'm',
    runId: 'r',
    liftId: 'l',
    uuid: '00000000-0000-0000-0000-000000000000',
    bytes: 1,
    storedBytes: 1,
    sha256: 'a'.repeat(64),
    ...(parent === undefined ? {} : { parent }),
  }
}

test('a chain begins with what is whole by itself', () => {
  const notes = new Map([
    ['c', note('b')],
    ['b', note('a')],
    ['a', note()],
    ['x', note('gone')],
    ['y', note('z')],
    ['z', note('y')],
  ])
  expect(chainOf('c', notes)).toEqual(['a', 'b', 'c'])
  expect(chainOf('x', notes)).toBeUndefined()
  expect(chainOf('y', notes)).toBeUndefined()
  expect(chainOf('no', notes)).toBeUndefined()
})

test('what others need is hidden, and goes with the last of them', () => {
  const notes = new Map([
    ['a', note()],
    ['b', note('a')],
    ['c', note('b')],
  ])
  expect(removalOf(['a', 'b'], notes)).toEqual({ gone: [], hidden: ['a', 'b'] })
  const hidden = new Map(
    [...notes].map(([name, one]) => [name, name === 'c' ? one : { ...one, removed: true as const }]),
  )
  expect(removalOf(['c'], hidden).gone.toSorted()).toEqual(['a', 'b', 'c'])
  expect(removalOf(['no such'], notes)).toEqual({ gone: ['no such'], hidden: [] })
})

test('whatever is removed in whatever order, every copy that stays is whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      fc.array(fc.array(fc.nat(11), { maxLength: 4 }), { maxLength: 6 }),
      (parents, removals) => {
        // Each copy is whole by itself or the difference to one before it.
        let notes = new Map(
          parents.map((of, index) => [
            String(index),
            note(of % 3 === 0 || index === 0 ? undefined : String(of % index)),
          ]),
        )
        for (const names of removals) {
          const { gone, hidden } = removalOf(names.map(String), notes)
          // Also when only the first of them went, because whoever removed them died.
          const left = new Map(notes)
          for (const name of gone) {
            left.delete(name)
            for (const other of left.keys()) expect(chainOf(other, left)).toBeDefined()
          }
          notes = new Map(
            [...notes]
              .filter(([name]) => !gone.includes(name))
              .map(([name, one]) => [name, hidden.includes(name) ? { ...one, removed: true as const } : one]),
          )
          for (const name of names) expect(notes.get(String(name))?.removed ?? true).toBe(true)
          for (const name of notes.keys()) expect(chainOf(name, notes)).toBeDefined()
        }
        const { gone } = removalOf([...notes.keys()], notes)
        expect(new Set(gone)).toEqual(new Set(notes.keys()))
      },
    ),
  )
})
