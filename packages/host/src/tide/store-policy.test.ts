import type { RestorePoint, Store } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { storePolicy } from './store-policy.ts'

const now = new Date('2026-11-21T12:00:00Z')
const store = (settings: Store['settings']): Store => ({
  ref: 'duplicity:file:///far',
  crane: 'duplicity',
  settings: { url: 'file:///far', ...settings },
})
const point = (full: number, day: number): RestorePoint => ({
  kind: 'archive',
  id: String(day),
  target: 'dir:/a',
  store: 'duplicity:file:///far',
  takenAt: `2026-11-0${String(day)}T00:00:00Z`,
  state: 'good',
  token: { series: 'a', time: `2026110${String(day)}T000000Z`, full: `2026110${String(full)}T000000Z` },
})
const points = [point(1, 1), point(1, 2), point(3, 3), point(3, 4)]

async function kept(settings: Store['settings'], keep?: { readonly last: number }): Promise<readonly string[]> {
  const policy = await storePolicy(store(settings), keep)
  return (policy?.(points, now) ?? []).flatMap((verdict) => (verdict.keep ? verdict.point.id : []))
}

test('the rules of the store, those that are given, and with both what one of them keeps', async () => {
  expect(await kept({ removeAllButNFull: 1 })).toEqual(['3', '4'])
  expect(await kept({ removeAllIncOfButNFull: 0 })).toEqual(['1', '3', '4'])
  expect(await kept({}, { last: 3 })).toEqual(['2', '3', '4'])
  expect(await kept({ removeAllButNFull: 1 }, { last: 3 })).toEqual(['2', '3', '4'])
  expect(await storePolicy(store({}), undefined)).toBeUndefined()
  expect(await storePolicy({ ...store({}), crane: 'archive' }, undefined)).toBeUndefined()
})
