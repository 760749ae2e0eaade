import { SalvageError } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { shortIds } from './output/points-text.ts'
import { homeOf, pickPoint } from './points.ts'

function point(id: string, said: Partial<RestorePoint> = {}): RestorePoint {
  return {
    kind: 'archive',
    id,
    target: 'dir:/a',
    store: 'archive:/b',
    takenAt: '2026-11-21T08:00:00Z',
    state: 'good',
    machine: 'here',
    ...said,
  }
}

const points = [
  point('abc1', { machine: 'there' }),
  point('abc2'),
  point('abd3', { state: 'partial' }),
  point('xyz', { target: 'docker:v', state: 'partial' }),
  point('twice'),
  point('twice', { store: 'restic:/r' }),
]
const pick = (text: string): string => pickPoint(points, text, 'here', '/').id

test('an id, a unique start of one, or a target', () => {
  expect(pick('abc1')).toBe('abc1')
  expect(pick('abd')).toBe('abd3')
  expect(pickPoint(points.slice(0, 3), 'dir:/a', 'here', '/').id).toBe('abc2')
  expect(pickPoint(points.slice(0, 3), 'dir:a', 'here', '/').id).toBe('abc2')
})

test('the newest good point of this machine goes before those of others', () => {
  const both = [point('mine'), point('theirs', { machine: 'there', takenAt: '2026-11-22T08:00:00Z' })]
  expect(pickPoint(both, 'dir:/a', 'here', '/').id).toBe('mine')
  expect(pickPoint(both, 'dir:/a', 'elsewhere', '/').id).toBe('theirs')
})

test('snapshots of a claim are of the cluster, whoever had them cut', () => {
  const ofClaim = { kind: 'snapshot', target: 'k8s:shop/data', store: 'csi:default' } as const
  const older = point('shop/by-hand', ofClaim)
  const newer = point('shop/of-a-pod', { ...ofClaim, machine: 'backup-4711', takenAt: '2026-11-22T08:00:00Z' })
  expect(pickPoint([older, newer], 'k8s:shop/data', 'here', '/').id).toBe('shop/of-a-pod')
})

const machineOf = async (namespace: string): Promise<string> => (namespace === 'shop' ? 'k8s-1' : 'no')
const away = async (): Promise<never> => {
  throw new SalvageError('K8S.UNREACHABLE', 'away')
}

test('copies of a claim are of its cluster, and those of another cluster in the same store come last', async () => {
  const { signal } = new AbortController()
  const target = 'k8s:shop/data'
  const own = point('own', { target, machine: 'k8s-1' })
  const foreign = point('foreign', { target, machine: 'k8s-2', takenAt: '2026-11-22T08:00:00Z' })
  const here = await homeOf({ machine: 'pod-7', kubernetes: { machineOf } }, target, [own, foreign], signal)
  expect(pickPoint([own, foreign], target, here, '/').id).toBe('own')
  expect(await homeOf({ machine: 'm', kubernetes: { machineOf: away } }, target, [own, foreign], signal)).toBe('m')
  // Nothing is to be told apart, and nobody is asked.
  expect(await homeOf({ machine: 'm', kubernetes: { machineOf } }, target, [own], signal)).toBe('m')
  expect(await homeOf({ machine: 'm' }, 'dir:/a', [own, foreign], signal)).toBe('m')
})

test.each([
  ['abc', 'RESTORE.POINT_AMBIGUOUS', /abc1 \(dir:\/a in archive:\/b\)\nabc2/],
  ['twice', 'RESTORE.POINT_AMBIGUOUS', /restic:\/r/],
  ['nope', 'RESTORE.POINT_UNKNOWN', /none of 6 points/],
  ['dir:/other', 'RESTORE.POINT_UNKNOWN', undefined],
  ['docker:v', 'RESTORE.POINT_UNKNOWN', /1 that are partial/],
  ['rancher:a/b', 'RESTORE.POINT_UNKNOWN', undefined],
  ['rancher:a//b', 'TARGET.NAME', undefined],
])('%s is an error', (text, code, why) => {
  let thrown: unknown
  try {
    pick(text)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code, ...(why === undefined ? {} : { why: expect.stringMatching(why) }) })
})

test('hashes are shortened as far as they can be told apart, names are not', () => {
  const a = `${'0'.repeat(20)}1${'0'.repeat(43)}`
  const b = '0'.repeat(64)
  const short = shortIds([point(a), point(b), point('20261121-name')])
  expect([short(a), short(b), short('20261121-name')]).toEqual([a.slice(0, 21), b.slice(0, 21), '20261121-name'])
  expect(shortIds([point(b)])(b)).toBe('000000000000')
})
