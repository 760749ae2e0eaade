import { expect, test } from 'vitest'
import { capabilities, options, store, survey, target, tide, workload } from '../../test/plan/build.ts'
import type { Capabilities } from './capabilities.ts'
import { holdWayOf } from './hold-way.ts'
import { makePlan } from './make-plan.ts'
import type { Plan } from './plan.ts'
import type { HoldChoice } from './tide.ts'

const cut = { target: 'docker:a', snapshotter: 'btrfs', exposes: 'directory', token: null } as const
const able: Capabilities = {
  ...capabilities,
  snapshots: [cut],
  stores: { [store.ref]: { archives: true, deduplicates: true } },
}

function planOf(hold: HoldChoice | undefined, more: Partial<Capabilities> = {}, running = true): Plan {
  const place = survey([target('a'), target('b')], [workload('web', ['a', 'b'], running ? {} : { state: 'stopped' })])
  return makePlan(place, { ...able, ...more }, tide(hold === undefined ? {} : { hold }), options)
}

function outline({ groups }: Plan): readonly string[] {
  return groups.flatMap(({ beforeHold, whileQuiesced, afterResume }) => [
    ...beforeHold.map(({ ref }) => `${ref.id.slice(options.runId.length)} before${ref.warm === true ? ', warm' : ''}`),
    ...whileQuiesced.map(({ ref }) => `${ref.id.slice(options.runId.length)} in`),
    ...afterResume.map(({ ref }) => `${ref.id.slice(options.runId.length)} after`),
  ])
}

test.each([undefined, 'auto' as const])('%s: cut what can be cut, lift the others warm', (hold) => {
  const plan = planOf(hold)
  expect(outline(plan)).toEqual(['-w2 before, warm', '-s1 in', '-2 in', '-1 after'])
  expect(plan.warnings).toEqual([])
  expect(plan.groups.map(holdWayOf)).toEqual(['warm'])
})

test('auto: no warm copy into a store that does not deduplicate, cannot remove it, or could not be asked', () => {
  for (const stores of [
    { [store.ref]: { archives: true, deduplicates: false } },
    { [store.ref]: { archives: false, deduplicates: true } },
    {},
  ]) {
    const plan = planOf('auto', { stores, snapshots: [] })
    expect(outline(plan)).toEqual(['-1 in', '-2 in'])
    expect(plan.warnings).toEqual([])
    expect(plan.groups.map(holdWayOf)).toEqual(['copy'])
  }
})

test.each(['auto', 'warm'] as const)('%s: nothing is lifted twice where nobody who runs is brought to rest', (hold) => {
  const plan = planOf(hold, { snapshots: [], stores: {} }, false)
  expect(outline(planOf(hold, { snapshots: [] }, false))).toEqual(outline(plan))
  expect(outline(plan)).toEqual(['-1 in', '-2 in'])
  expect(plan.warnings).toEqual([])
})

test('snapshot: what cannot be cut is skipped, and why', () => {
  const plan = planOf('snapshot', { snapshots: [cut, { ...cut, target: 'docker:b', exposes: 'docker-volume' }] })
  expect(outline(plan)).toEqual(['-s1 in', '-1 after'])
  expect(plan.skipped).toMatchObject([
    {
      target: 'docker:b',
      finding: {
        code: 'PLAN.UNCUT',
        why: 'its snapshot can be read as docker-volume; the crane reads directory',
      },
    },
  ])
  expect(planOf('snapshot', { snapshots: [] }).skipped.map(({ finding }) => finding.why)).toEqual([
    'nothing here can cut a snapshot of it',
    'nothing here can cut a snapshot of it',
  ])
  expect(plan.groups.map(holdWayOf)).toEqual(['snapshot'])
})

test('copy: inside the hold, also what could be cut or lifted warm', () => {
  expect(outline(planOf('copy'))).toEqual(['-1 in', '-2 in'])
})

test('warm: also what could be cut, and with a warning where it is in vain', () => {
  expect(outline(planOf('warm'))).toEqual(['-w1 before, warm', '-w2 before, warm', '-1 in', '-2 in'])
  const vain = planOf('warm', { stores: { [store.ref]: { archives: true, deduplicates: false } } })
  expect(outline(vain)).toEqual(['-w1 before, warm', '-w2 before, warm', '-1 in', '-2 in'])
  expect(vain.warnings.map(({ code }) => code)).toEqual(['PLAN.WARM_IN_VAIN', 'PLAN.WARM_IN_VAIN'])
})

test('warm: refused where the copy would stay for ever, put off where nobody knows', () => {
  const written = planOf('warm', { stores: { [store.ref]: { archives: false, deduplicates: true } } })
  expect(written.groups).toEqual([])
  expect(written.skipped.map(({ finding }) => finding.code)).toEqual(['PLAN.WARM_STAYS', 'PLAN.WARM_STAYS'])
  const unknown = planOf('warm', { stores: {} })
  expect(outline(unknown)).toEqual(['-1 in', '-2 in'])
  expect(unknown.warnings.map(({ code }) => code)).toEqual(['PLAN.NOT_WARM', 'PLAN.NOT_WARM'])
})
