import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { together } from './together.ts'

test('gives what each gives, and fails with the first in their order, when all have ended', async () => {
  expect(await together([Promise.resolve(1), 'two', undefined])).toEqual([1, 'two', undefined])
  let isOver = false
  const late = delay(50).then(() => {
    isOver = true
    throw new Error('first')
  })
  await expect(together([late, Promise.reject(new Error('second'))])).rejects.toThrow('first')
  expect(isOver).toBe(true)
})
