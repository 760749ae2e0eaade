import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delayOf, pause, retryAfterMs, startPace } from './pace.ts'

describe('a wait', () => {
  it('is never shorter than the server asked for, and hardly longer', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(100_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, ms, random) => {
          const delay = delayOf(attempt, ms, random)
          return delay >= ms && delay <= ms + 200
        },
      ),
    )
  })

  it('grows, and stays under 8 seconds', () => {
    expect([0, 1, 2, 3].map((attempt) => delayOf(attempt, undefined, 0))).toEqual([100, 200, 400, 800])
    expect(delayOf(1000, undefined, 0.999)).toBeLessThanOrEqual(8_000)
  })

  it('is not begun when it would end after the time there is', async () => {
    const options = { signal: new AbortController().signal }
    expect(await startPace(() => 50).wait(60_000, options)).toBe(false)
    expect(await startPace(() => 60_000).wait(1, options)).toBe(true)
  })

  it('ends with the reason of its signal', async () => {
    const reason = new Error('enough')
    await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z')

  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })
})
