import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tail } from './tail.ts'

test('keeps the end, and no broken character', () => {
  const kept = tail(5)
  kept.push(Buffer.from('abc'))
  expect(kept.text()).toBe('abc')
  kept.push(Buffer.from('ééé'))
  expect(kept.text()).toBe('éé')
})

test('never more than its limit, and always the end', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (texts, limit) => {
      const kept = tail(limit)
      for (const text of texts) kept.push(Buffer.from(text))
      const all = texts.join('')
      expect(Buffer.byteLength(kept.text())).toBeLessThanOrEqual(limit)
      expect(all.trimEnd().endsWith(kept.text())).toBe(true)
    }),
  )
})
