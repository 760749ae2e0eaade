import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chainsOf, seriesFiles } from './chains.ts'
import { momentOf } from './moment.ts'
import { sweepable } from './sweep.ts'

interface World {
  readonly names: readonly string[]
  readonly gone: ReadonlySet<string>
}

/** Chains of these lengths, and which copies were removed. */
function world(lengths: readonly number[], removed: readonly boolean[]): World {
  const names: string[] = []
  const gone = new Set<string>()
  let serial = 0
  for (const length of lengths) {
    let base = ''
    for (let at = 0; at < length; at += 1) {
      const time = momentOf(1_700_000_000 + serial * 60)
      const stem = at === 0 ? `duplicity-full.${time}` : `duplicity-inc.${base}.to.${time}`
      const signatures = at === 0 ? `full-signatures.${time}` : `new-signatures.${base}.to.${time}`
      names.push(`${stem}.manifest.gpg`, `${stem}.vol1.difftar.gpg`, `duplicity-${signatures}.sigtar.gpg`)
      if (removed[serial % removed.length] === true) {
        gone.add(time)
        names.push(`salvage-kit.${time}.gone`)
      } else names.push(`salvage-kit.${time}.lift-${String(serial)}.made`)
      base = time
      serial += 1
    }
  }
  return { names, gone }
}

const filesOf = (names: readonly string[]): Parameters<typeof sweepable>[0] =>
  seriesFiles(names).get('') ?? { series: '', sets: [], notes: [] }

const worlds = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
  )
  .map(([lengths, removed]) => world(lengths, removed))

test('what stays can always be restored, what was removed and nobody needs goes, wherever it is interrupted', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), ({ names, gone }, cut) => {
      const doomed = sweepable(filesOf(names))
      for (const done of [cut % (doomed.length + 1), doomed.length]) {
        const removed = new Set(doomed.slice(0, done))
        const left = filesOf(names.filter((name) => !removed.has(name)))
        const whole = left.sets.filter(({ finished }) => finished)
        // Nothing that stays lacks what it was built upon.
        for (const set of whole) if (set.base !== undefined) expect(whole.map(({ time }) => time)).toContain(set.base)
        // No point is lost, and no removed copy turns into one: its note goes after its manifest.
        const times = new Set(whole.map(({ time }) => time))
        for (const { time } of filesOf(names).sets) {
          if (!gone.has(time)) expect(times.has(time)).toBe(true)
          else if (times.has(time))
            expect(left.notes.some((note) => note.time === time && note.says === 'gone')).toBe(true)
        }
      }
      const removed = new Set(doomed)
      for (const chain of chainsOf(filesOf(names.filter((name) => !removed.has(name)))))
        expect(gone.has(chain.at(-1)?.time ?? '')).toBe(false)
    }),
  )
})

test('while a lift is under way the newest chain stays as it is', () => {
  const { names } = world([2, 2], [true])
  const begun = 'salvage-kit.20261121T080000Z.a-1.begun'
  const left = sweepable(filesOf([...names, begun]))
  expect(left).toEqual(expect.arrayContaining([expect.stringContaining('20231114T221320Z')]))
  expect(left.some((name) => name.includes('20231114T221520Z'))).toBe(false)
  expect(left).not.toContain(begun)
})
