import { expect, test, vi } from 'vitest'
import { count, joined, skippedLines, testLine } from './summary.ts'

test('the counts stand on one line', () => {
  expect(count(3, 0, 2)).toBe('3 passed, 0 failed, 2 skipped')
})

test('a skipped file is listed once for each reason', () => {
  const lines = skippedLines([
    { file: 'a.test.ts', note: 'not on Sundays', source: '' },
    { file: 'a.test.ts', note: 'not on Sundays', source: '' },
    { file: 'b.test.ts', note: '', source: '' },
  ])
  expect(lines).toEqual([
    'skipped 2 of a.test.ts: not on Sundays',
    'skipped 1 of b.test.ts: skipped in the source, without a reason',
  ])
})

test('a part that is missing is the reason', () => {
  vi.stubEnv('PATH', '/nowhere')
  const [line] = skippedLines([{ file: 'c.test.ts', note: '', source: "const restic = part('restic')" }])
  vi.unstubAllEnvs()
  expect(line).toBe('skipped 1 of c.test.ts: no restic (fails here: restic version)')
})

test('a variable that nobody set is the reason, one that is set is none', () => {
  const source = "describe.skipIf(!onRequest('SALVAGE_SUNDAYS'))('…')"
  const told = (): readonly string[] => skippedLines([{ file: 'd.test.ts', note: '', source }])
  expect(told()).toEqual(['skipped 1 of d.test.ts: only with SALVAGE_SUNDAYS'])
  vi.stubEnv('SALVAGE_SUNDAYS', '1')
  expect(told()).toEqual(['skipped 1 of d.test.ts: skipped in the source, without a reason'])
  vi.unstubAllEnvs()
})

test('what passed only when it was repeated is told, with the first line of why', () => {
  expect(testLine('flaky', 'a.test.ts', 'waits\nlong', 'too soon\nat line 3')).toBe(
    'flaky a.test.ts: waits long (too soon)',
  )
  expect(testLine('failed', 'a.test.ts', 'waits', undefined)).toBe('failed a.test.ts: waits')
})

test('two runs are told as one', () => {
  expect(
    joined(['skipped 2 of a.test.ts: no docker\n3 passed, 0 failed, 2 skipped\n', '4 passed, 1 failed, 0 skipped\n']),
  ).toBe('skipped 2 of a.test.ts: no docker\n7 passed, 1 failed, 2 skipped\n')
})
