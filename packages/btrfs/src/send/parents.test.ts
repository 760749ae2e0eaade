import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { identityOf, isAmong, isRelated, rankParents } from './parents.ts'
import type { Candidate } from './parents.ts'

function cut(name: string, generation: number, more: Partial<Subvolume> = {}): Candidate {
  return { name, path: `/s/${name}`, uuid: `u-${name}`, generation, ...more }
}

function copyOf(one: Subvolume): Subvolume {
  return { name: one.name, uuid: `far-${one.uuid}`, receivedUuid: identityOf(one), generation: 1 }
}

describe('parents', () => {
  const [a, b, c] = [cut('v@1', 10), cut('v@2', 20), cut('v@3', 30)]

  test('the newest that both have comes first, then older ones, then newer ones from near to far', () => {
    const all = [a, b, c, cut('v@4', 40)]
    const names = rankParents(b, all, all.map(copyOf)).map(({ name }) => name)
    expect(names).toEqual(['v@1', 'v@3', 'v@4'])
  })

  test('the order is that of the file system, not that of the names', () => {
    const late = cut('v@0-after-the-clock-was-set-back', 25)
    expect(rankParents(c, [a, b, c, late], [a, b, late].map(copyOf))[0]).toBe(late)
  })

  test('what was received here is known by what it was received as', () => {
    const received = cut('v@2', 20, { receivedUuid: 'origin' })
    expect(rankParents(c, [received, c], [{ name: 'x', uuid: 'origin', generation: 1 }])).toEqual([received])
    const third = { name: 'x', uuid: 'other', receivedUuid: 'origin', generation: 1 }
    expect(rankParents(c, [received, c], [third])).toEqual([received])
  })

  test('other volumes are none, but what was cut from the same is, whatever its name', () => {
    expect(isRelated(c, cut('w@1', 5))).toBe(false)
    expect(isRelated(cut('x', 9, { parentUuid: 'p' }), cut('y', 5, { parentUuid: 'p' }))).toBe(true)
    expect(isRelated(cut('x', 9), cut('y', 5))).toBe(false)
  })

  const candidates = fc
    .uniqueArray(
      fc.record({
        volume: fc.constantFrom('v', 'w'),
        generation: fc.integer({ min: 1, max: 50 }),
        id: fc.integer({ min: 1, max: 99 }),
        isReceived: fc.boolean(),
        isThere: fc.boolean(),
      }),
      { selector: ({ id }) => id, minLength: 1 },
    )
    .map((all) =>
      all.map(({ volume, generation, id, isReceived, isThere }) => ({
        isThere,
        one: cut(`${volume}@${String(id)}`, generation, isReceived ? { receivedUuid: `r-${String(id)}` } : {}),
      })),
    )

  test('each is at both ends, of the same volume, another than the one sent, and none that may serve is left out', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const here = all.map(({ one }) => one)
        const far = all.filter(({ isThere }) => isThere).map(({ one }) => copyOf(one))
        const [sent] = here
        if (sent === undefined) return
        const ranked = rankParents(sent, here, far)
        const volume = sent.name.slice(0, 2)
        const wanted = here.filter((one) => one !== sent && one.name.startsWith(volume) && isAmong(one, far))
        expect(new Set(ranked)).toEqual(new Set(wanted))
        const [first] = ranked
        const older = wanted.filter(({ generation }) => generation <= sent.generation)
        if (first !== undefined && older.length > 0)
          expect(first.generation).toBe(Math.max(...older.map(({ generation }) => generation)))
      }),
    )
  })
})
