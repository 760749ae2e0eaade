import type { RestorePoint } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { chainPolicy } from './chain-policy.ts'
import type { ChainRules } from './chain-policy.ts'

function point(id: string, full: string, others: Partial<RestorePoint> = {}): RestorePoint {
  const token = { series: 'a', time: `2026112${id}T000000Z`, full: `2026112${full}T000000Z` }
  const takenAt = `2026-11-2${id}T00:00:00Z`
  return {
    kind: 'archive',
    id,
    target: 'dir:/a',
    store: 'duplicity:file:///f',
    takenAt,
    state: 'good',
    token,
    ...others,
  }
}

const kept = (points: readonly RestorePoint[], rules: ChainRules): string =>
  chainPolicy(rules)(points, new Date())
    .flatMap((verdict) => (verdict.keep ? verdict.point.id : []))
    .join('')

const three = [point('0', '0'), point('1', '0'), point('2', '2'), point('3', '2'), point('4', '4'), point('5', '4')]

test.each([
  [{}, '012345'],
  [{ removeAllButNFull: 2 }, '2345'],
  [{ removeAllIncOfButNFull: 1 }, '0245'],
  [{ removeAllIncOfButNFull: 0 }, '0245'],
  [{ removeAllButNFull: 2, removeAllIncOfButNFull: 1 }, '245'],
] as const)('%o keeps %s', (rules, ids) => expect(kept(three, rules)).toBe(ids))

test('what is pinned stays, and the last good one, wherever it stands', () => {
  expect(kept([point('0', '0', { pinned: 'me' }), ...three.slice(1)], { removeAllButNFull: 1 })).toBe('045')
  const partial = { state: 'partial' } as const
  expect(kept([point('0', '0'), point('2', '2', partial)], { removeAllButNFull: 1 })).toBe('02')
})

test('of a chain without its full copy the oldest stands in; points of others stay', () => {
  expect(kept([point('1', '0'), point('2', '0'), point('4', '4')], { removeAllIncOfButNFull: 1 })).toBe('14')
  const { token: _token, ...foreign } = point('0', '0')
  expect(kept([foreign, point('4', '4')], { removeAllButNFull: 1 })).toBe('04')
})
