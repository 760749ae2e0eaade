import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { slots } from './slots.ts'

const { signal } = new AbortController()

test('never more holders than slots, everybody gets one, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 20 }), async (count, users) => {
      const take = slots(count)
      const order: number[] = []
      let holders = 0
      await Promise.all(
        Array.from({ length: users }, async (_, user) => {
          using _slot = await take(signal)
          order.push(user)
          holders += 1
          expect(holders).toBeLessThanOrEqual(count)
          await Promise.resolve()
          holders -= 1
        }),
      )
      expect(order).toEqual(Array.from({ length: users }, (_, user) => user))
    }),
  )
})

test('who gives up waiting loses nothing for the others', async () => {
  const take = slots(1)
  const first = await take(signal)
  const over = new AbortController()
  const gone = take(over.signal)
  const next = take(signal)
  over.abort(new Error('gave up'))
  await expect(gone).rejects.toThrow('gave up')
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  const second = await next
  const third = take(signal)
  second[Symbol.dispose]()
  await third
})

test('a slot handed over in the moment of the abort is not lost, and nobody is pushed out of the line', async () => {
  const take = slots(1)
  const first = await take(signal)
  const over = new AbortController()
  const handed = take(over.signal)
  const waiting = take(signal)
  first[Symbol.dispose]()
  over.abort(new Error('too late'))
  const second = await handed
  second[Symbol.dispose]()
  await waiting
})

test('without a number everybody is let in; an abort before is honoured', async () => {
  const take = slots(undefined)
  await Promise.all(Array.from({ length: 50 }, async () => take(signal)))
  await expect(take(AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
})
