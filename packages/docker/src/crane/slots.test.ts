import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Slot } from './slots.ts'
import { slots } from './slots.ts'

const { signal } = new AbortController()

test('never more holders than slots, everybody gets one, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 20 }), async (count, users) => {
      const line = slots()
      const take = async (): Promise<Slot> => line(count, signal)
      const order: number[] = []
      let holders = 0
      await Promise.all(
        Array.from({ length: users }, async (_, user) => {
          using _slot = await take()
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

function one(): (over: AbortSignal) => Promise<Slot> {
  const line = slots()
  return async (over) => line(1, over)
}

test('who gives up waiting loses nothing for the others', async () => {
  const take = one()
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
  const take = one()
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
  const line = slots()
  const take = async (over: AbortSignal): Promise<Slot> => line(undefined, over)
  await Promise.all(Array.from({ length: 50 }, async () => take(signal)))
  await expect(take(AbortSignal.abort(new Error('over')))).rejects.toThrow('over')
})

test('each waits for its own number, and in the line', async () => {
  const take = slots()
  const first = await take(1, signal)
  const over = new AbortController()
  const few = take(1, over.signal)
  let isIn = false
  const many = take(2, signal).then((slot) => {
    isIn = true
    return slot
  })
  await new Promise(setImmediate)
  expect(isIn).toBe(false)
  over.abort(new Error('gave up'))
  await expect(few).rejects.toThrow('gave up')
  const second = await many
  const last = take(2, signal)
  second[Symbol.dispose]()
  first[Symbol.dispose]()
  await last
})
