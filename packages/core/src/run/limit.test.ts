import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mapLimit, mapWeighted } from './limit.ts'

const items = Array.from({ length: 20 }, (_, n) => n)

describe('mapLimit', () => {
  it('gives the results in order and never does more at once than it may', async () => {
    let now = 0
    let most = 0
    const results = await mapLimit(items, 3, async (n) => {
      now += 1
      most = Math.max(most, now)
      await delay((20 - n) % 3)
      now -= 1
      return n * 2
    })
    expect(results).toEqual(items.map((n) => n * 2))
    expect(most).toBe(3)
  })

  it.each([1, 4])('begins nothing more after a failure, and waits for what was begun (%i at once)', async (limit) => {
    const begun: number[] = []
    const ended: number[] = []
    const work = mapLimit(items, limit, async (n) => {
      begun.push(n)
      await delay(n === 2 ? 0 : 3)
      if (n === 2) throw new Error('two')
      ended.push(n)
    })
    await expect(work).rejects.toThrow('two')
    expect(begun.length).toBeLessThan(items.length)
    expect(ended).toEqual(begun.filter((n) => n !== 2))
  })

  it('resolves at once with nothing to do', async () => {
    expect(await mapLimit([], 3, async () => 1)).toEqual([])
  })
})

describe('mapWeighted', () => {
  it('never has more weight at work than it may, keeps the order, and takes the heaviest alone', async () => {
    const weights = [1, 1, 3, 1, 9, 2, 2, 1, 4, 1]
    const begun: number[] = []
    let now = 0
    let most = 0
    const results = await mapWeighted(
      [...weights.keys()],
      4,
      (n) => weights[n] ?? 0,
      async (n) => {
        const weight = Math.min(weights[n] ?? 0, 4)
        begun.push(n)
        now += weight
        most = Math.max(most, now)
        await delay(n % 3)
        now -= weight
        return n
      },
    )
    expect(most).toBe(4)
    expect(begun).toEqual([...weights.keys()])
    expect(results).toEqual(begun)
  })
})
