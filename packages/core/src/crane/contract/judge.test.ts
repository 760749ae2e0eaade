import { describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import type { CraneEnd } from './end.ts'
import { craneJudge } from './judge.ts'

const good: CraneEnd = { exitCode: 0, outOfMemory: false, lastLines: [] }
const judge = craneJudge({
  credentials: 'the credentials',
  network: 'the network',
  actions: 'the actions',
  settings: 'the settings',
  memory: 'more memory',
  ended: 'see who',
})
const store: Store = { ref: 'crane:c', crane: 'container', settings: { name: 'c' } }

function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

describe('whether a crane did its work', () => {
  test('0 and nothing else is good', () => {
    expect(judge.lift('c', good)).toEqual([])
    for (const exitCode of [1, 2, 3, 12, 127, 137, 143, 255])
      expect(() => judge.lift('c', { ...good, exitCode })).toThrow(expect.objectContaining({ code: 'CRANE.FAILED' }))
  })

  test.each([[0], [3], [12], [143]])('nothing is when somebody else ended it, with %i', (exitCode) => {
    const end = { ...good, exitCode, endedBy: 'it was sent SIGTERM' }
    const error = { code: 'CRANE.STOPPED', retryable: true, why: 'it was sent SIGTERM; it printed nothing' }
    expect(thrown(() => judge.lift('c', end))).toMatchObject(error)
    expect(thrown(() => judge.action('c', 'lift', store, end))).toMatchObject(error)
  })

  test('memory is named, also when it can only be guessed', () => {
    const why = (end: Partial<CraneEnd>): unknown =>
      Object.entries(thrown(() => judge.lift('c', { ...good, ...end })) ?? {}).find(([key]) => key === 'why')?.[1]
    expect(why({ exitCode: 1, outOfMemory: true })).toContain('want of memory')
    expect(why({ exitCode: 137 })).toContain('most likely the kernel')
    expect(why({ exitCode: 143 })).toContain('SIGTERM')
    expect(why({ exitCode: 2, lastLines: ['one', 'two'] })).toBe('its last lines: one | two')
    expect(judge.lift('c', { ...good, outOfMemory: true })).toMatchObject([{ code: 'CRANE.OUT_OF_MEMORY' }])
  })

  test.each([
    [10, 'lift', 'STORE.NOT_FOUND', '--init'],
    [11, 'check', 'STORE.LOCKED', 'lock'],
    [12, 'list', 'STORE.WRONG_PASSWORD', 'the credentials'],
    [13, 'lift', 'STORE.UNREACHABLE', 'the network'],
    [14, 'lift', 'STORE.FULL', 'room'],
    [14, 'lower', 'RESTORE.NO_SPACE', 'room'],
    [15, 'lower', 'RESTORE.POINT_UNKNOWN', 'list'],
    [16, 'check', 'ARCHIVE.DAMAGED', 'another'],
    [17, 'forget', 'CRANE.UNSUPPORTED', 'the actions'],
    [18, 'lift', 'CRANE.SETTINGS', 'the settings'],
    [3, 'lower', 'CRANE.FAILED', 'last lines'],
    [137, 'lift', 'CRANE.FAILED', 'more memory'],
  ] as const)('%i of a %s is %s', (exitCode, action, code, hint) => {
    const error = thrown(() => judge.action('c', action, store, { ...good, exitCode }))
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) })
  })

  test('3 of a lift is a copy that is not whole', () => {
    expect(judge.action('c', 'lift', store, { ...good, exitCode: 3 })).toEqual({ partial: true, findings: [] })
    expect(judge.action('c', 'lift', store, good)).toEqual({ partial: false, findings: [] })
  })
})
