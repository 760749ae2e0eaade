import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latestOf } from './list-snapshots.ts'
import { oldestFirst } from './snapshot-order.ts'
import type { VolumeSnapshot } from './volume-snapshot.ts'

function one(time: string, about: Partial<VolumeSnapshot> = {}): VolumeSnapshot {
  const { host } = about
  const name = host === undefined ? `v@${time}` : `v@${time}@${host}`
  return { name, volume: 'v', time, kind: 'snapshot', date: new Date(`2026-01-01T${time}Z`), ...about }
}

const times = (all: readonly VolumeSnapshot[]): readonly string[] =>
  oldestFirst(all).map(({ time, host }) => (host === undefined ? time : `${time}@${host}`))

describe('the order of snapshots', () => {
  test('is that in which they were cut, whatever the clock said', () => {
    expect(
      times([
        one('10:00:00', { generation: 9 }),
        one('12:00:00', { generation: 8 }),
        one('11:00:00', { generation: 10 }),
      ]),
    ).toEqual(['12:00:00', '10:00:00', '11:00:00'])
  })

  test('of one transaction is that of the times', () => {
    expect(times([one('10:00:02', { generation: 8 }), one('10:00:01', { generation: 8 })])).toEqual([
      '10:00:01',
      '10:00:02',
    ])
  })

  test('of received ones is that of the times, among those that were cut here', () => {
    const received = { receivedUuid: 'u' }
    expect(
      times([
        one('12:00:00', { generation: 5 }),
        one('11:30:00', { generation: 99, ...received }),
        one('13:00:00', { generation: 1, ...received }),
        one('11:00:00', { generation: 6 }),
      ]),
    ).toEqual(['11:30:00', '12:00:00', '11:00:00', '13:00:00'])
  })

  test('has a marker behind its snapshot, and one without behind what is as old', () => {
    expect(
      times([
        one('12:00:00', { generation: 5 }),
        one('11:00:00', { generation: 6 }),
        one('12:00:00', { generation: 7, host: 'h', kind: 'marker' }),
        one('10:00:00', { generation: 8, host: 'h', kind: 'marker' }),
      ]),
    ).toEqual(['10:00:00@h', '12:00:00', '12:00:00@h', '11:00:00'])
  })

  test('does not depend on the order in which they are given', () => {
    const snapshot = fc
      .record({
        time: fc.integer({ min: 0, max: 59 }).map((second) => `10:00:${String(second).padStart(2, '0')}`),
        generation: fc.integer({ min: 1, max: 20 }),
        isReceived: fc.boolean(),
        isMarker: fc.boolean(),
      })
      .map(({ time, generation, isReceived, isMarker }) =>
        one(time, {
          generation,
          ...(isReceived ? { receivedUuid: 'u' } : {}),
          ...(isMarker ? { host: 'h', kind: 'marker' } : {}),
        }),
      )
    const some = fc.uniqueArray(snapshot, { selector: ({ name }) => name, maxLength: 12 })
    const shuffled = some.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(oldestFirst(other)).toEqual(oldestFirst(all))
        // Of what was cut here, no later one ever comes before an earlier one.
        const cut = oldestFirst(all).filter(
          ({ receivedUuid, host }) => receivedUuid === undefined && host === undefined,
        )
        const generations = cut.map(({ generation }) => generation ?? 0)
        expect(generations).toEqual(generations.toSorted((a, b) => a - b))
      }),
    )
  })
})

test('the latest is the newest that a person took', () => {
  const all = oldestFirst([
    one('10:00:00', { generation: 1 }),
    one('11:00:00', { generation: 2 }),
    one('11:00:00', { generation: 3, host: 'h', kind: 'marker' }),
    one('12:00:00', { generation: 4, kind: 'safety' }),
    one('13:00:00', { generation: 5, kind: 'undated' }),
    one('14:00:00', { kind: 'unfinished' }),
  ])
  expect(latestOf(all)?.name).toBe('v@11:00:00')
  expect(latestOf(all.filter(({ kind }) => kind !== 'snapshot'))).toBeUndefined()
})
