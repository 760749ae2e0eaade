import { describe, expect, test } from 'vitest'
import { judge } from './verdict.ts'
import type { VesselEnd } from './verdict.ts'

const good: VesselEnd = { exitCode: 0, outOfMemory: false, signals: [], lastLines: [] }

describe('whether a crane did its work', () => {
  test('0 and nothing else is good', () => {
    expect(judge('c', good)).toEqual([])
    for (const exitCode of [1, 2, 127, 137, 143, 255])
      expect(() => judge('c', { ...good, exitCode })).toThrow(expect.objectContaining({ code: 'CRANE.FAILED' }))
  })

  test.each([[1], [2], [3], [9], [15], [0], [35]])('0 after signal %i through the engine is not', (signal) => {
    expect(() => judge('c', { ...good, signals: [signal] })).toThrow(
      expect.objectContaining({ code: 'CRANE.STOPPED', retryable: true }),
    )
  })

  test('signals that end nothing are harmless', () => {
    expect(judge('c', { ...good, signals: [10, 12, 18, 28] })).toEqual([])
  })

  test('memory is named, also when it can only be guessed', () => {
    const why = (end: Partial<VesselEnd>): unknown => {
      try {
        return judge('c', { ...good, ...end })
      } catch (error) {
        return error instanceof Error && 'why' in error ? error.why : undefined
      }
    }
    expect(why({ exitCode: 1, outOfMemory: true })).toContain('want of memory')
    expect(why({ exitCode: 137 })).toContain('most likely the kernel')
    expect(why({ exitCode: 143 })).toContain('SIGTERM')
    expect(why({ exitCode: 2, lastLines: ['one', 'two'] })).toBe('its last lines: one | two')
    expect(judge('c', { ...good, outOfMemory: true })).toMatchObject([{ code: 'CRANE.OUT_OF_MEMORY' }])
  })
})
