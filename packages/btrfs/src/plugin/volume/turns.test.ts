import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeTurns } from './turns.ts'

test('work on one thing goes one after the other, in order, whatever fails; other work goes beside it', async () => {
  const turns = makeTurns()
  const seen: string[] = []
  const work = (name: string, ms: number) => async (): Promise<string> => {
    seen.push(`${name}(`)
    await delay(ms)
    seen.push(`)${name}`)
    if (name === 'b') throw new Error('b failed')
    return name
  }
  const all = await Promise.allSettled([
    turns.take('x', work('a', 30)),
    turns.take('x', work('b', 1)),
    turns.take('x', work('c', 1)),
    turns.take('y', work('d', 5)),
  ])
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(seen.filter((one) => !one.includes('d'))).toEqual(['a(', ')a', 'b(', ')b', 'c(', ')c'])
  expect(seen.indexOf(')d')).toBeLessThan(seen.indexOf(')a'))
  expect(turns.size()).toBe(0)
})
