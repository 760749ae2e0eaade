import { asyncProperty, assert, integer } from 'fast-check'
import { expect, test } from 'vitest'
import { slots } from './slots.ts'

const { signal } = new AbortController()

test('never more at once than there is room for, and everybody has a turn, in order', async () => {
  await assert(
    asyncProperty(integer({ min: 1, max: 4 }), integer({ min: 1, max: 20 }), async (count, many) => {
      const room = slots(count)
      let atOnce = 0
      let most = 0
      const order: number[] = []
      await Promise.all(
        Array.from({ length: many }, async (_, n) => {
          using _slot = await room.take(signal)
          order.push(n)
          atOnce += 1
          most = Math.max(most, atOnce)
          await Promise.resolve()
          atOnce -= 1
        }),
      )
      expect(most).toBe(Math.min(count, many))
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }),
  )
})

test('who leaves before the turn takes no room', async () => {
  const room = slots(1)
  const stop = new AbortController()
  const first = await room.take(signal)
  const leaving = room.take(stop.signal)
  const staying = room.take(signal)
  stop.abort()
  expect(await leaving).toBeUndefined()
  first?.[Symbol.dispose]()
  first?.[Symbol.dispose]()
  const second = await staying
  expect(second).toBeDefined()
  second?.[Symbol.dispose]()
  expect(await room.take(signal)).toBeDefined()
  expect(await room.take(stop.signal)).toBeUndefined()
})
