import { describe, expect, test } from 'vitest'
import {
  capabilities,
  keeping,
  keptTide,
  options,
  store,
  survey,
  target,
  tide,
  workload,
} from '../../test/plan/build.ts'
import type { StreamSource } from '../target/source.ts'
import type { Target } from '../target/target.ts'
import type { Capabilities } from './capabilities.ts'
import { makePlan } from './make-plan.ts'
import type { Plan } from './plan.ts'
import { readPlan } from './schema.ts'
import type { Tide } from './tide.ts'

const shop: StreamSource = { medium: 'stream', backend: 'docker', token: { container: 'db' } }
const dump: Target = { ref: 'dump:shop', source: shop, tides: ['daily'] }
const several: Target = { ...dump, source: { ...shop, several: true } }
const streams: Capabilities = { ...capabilities, cranes: { archive: ['directory', 'stream'] } }
const staging: Capabilities = { ...capabilities, staging: true }

function planned(one: Target, able: Capabilities, how: Tide = tide()): Plan {
  return makePlan(survey([one, target('data')], [workload('db', ['data'])]), able, how, options)
}

describe('a stream', () => {
  test.each([
    ['is read by a crane that can', dump, streams, undefined],
    ['is staged for a crane that reads directories', dump, staging, true],
    ['of several files is staged for one that reads streams', several, { ...streams, staging: true }, true],
  ])('%s', (_, one, able, staged) => {
    const plan = planned(one, able)
    const group = plan.groups.find(({ targets }) => targets.includes('dump:shop'))
    expect(group).toMatchObject({ targets: ['dump:shop'], quiesce: [], idle: [], beforeHold: [], whileQuiesced: [] })
    expect(group?.afterResume).toMatchObject([{ from: { kind: 'live', source: one.source } }])
    expect(group?.afterResume[0]?.staged).toBe(staged)
    expect(plan.groups.find(({ targets }) => targets.includes('docker:data'))?.quiesce).toHaveLength(1)
    expect(readPlan(JSON.stringify(plan))).toStrictEqual(plan)
  })

  test.each([
    ['with no place to stage it', dump, capabilities],
    ['of several files with no place to stage them', several, streams],
    ['that no crane reads in any way', dump, { ...staging, cranes: { archive: ['pvc'] } } satisfies Capabilities],
  ])('%s is left out', (_, one, able) => {
    expect(planned(one, able).skipped.find(({ target: ref }) => ref === 'dump:shop')?.finding).toMatchObject({
      code: 'PLAN.UNREADABLE',
    })
  })

  test('brings nobody to rest, also where a workload is said to use it', () => {
    const found = survey([dump, target('data')], [workload('db', ['data'], { uses: ['docker:data', 'dump:shop'] })])
    const plan = makePlan(found, streams, tide(), options)
    expect(plan.groups.map(({ targets, quiesce }) => [targets, quiesce.length])).toEqual([
      [['dump:shop'], 0],
      [['docker:data'], 1],
    ])
  })

  test.each(['smart', 'individual', 'project'] as const)('goes before all that comes to rest: %s', (grouping) => {
    const found = survey([target('apart'), dump, target('data')], [workload('db', ['data'])])
    const plan = makePlan(found, streams, tide({ grouping }), options)
    expect(plan.groups[0]?.targets).toEqual(['dump:shop'])
    expect(plan.groups).toHaveLength(3)
  })

  test.each(['smart', 'individual', 'project'] as const)('has a group of its own, beside others: %s', (grouping) => {
    const others = (['dump:c', 'dump:a', 'dump:b'] as const).map((ref) => ({ ...dump, ref }))
    const { groups } = makePlan(survey(others), streams, tide({ grouping }), options)
    expect(groups.map(({ targets }) => targets)).toEqual([['dump:a'], ['dump:b'], ['dump:c']])
  })

  test('is lifted whatever the tide chooses for holds', () => {
    for (const hold of ['auto', 'snapshot', 'warm', 'copy'] as const)
      expect(planned(dump, streams, tide({ hold })).skipped.map((one) => one.target)).not.toContain('dump:shop')
  })

  test('is lifted by a tide that keeps snapshots, and left out by one that only does that', () => {
    const lifted = planned(dump, streams, keptTide({ lifted: true }))
    expect(lifted.groups.flatMap((group) => group.afterResume)).toMatchObject([{ ref: { target: 'dump:shop', store } }])
    const kept = planned(dump, streams, keptTide({ lifted: false }))
    expect(kept.skipped.find((one) => one.target === 'dump:shop')?.finding).toMatchObject({
      code: 'PLAN.UNKEPT',
      message: expect.stringContaining(keeping.ref),
    })
  })
})

describe('a plan from a file', () => {
  const [group] = planned(dump, streams).groups.filter(({ targets }) => targets.includes('dump:shop'))
  const [step] = group?.afterResume ?? []
  const reading = (change: object): unknown =>
    readPlan(JSON.stringify({ ...planned(dump, streams), groups: [{ ...group, ...change }] }))

  test.each([
    ['inside a hold', { whileQuiesced: [step], afterResume: [] }, 'whileQuiesced[0].from.source.medium'],
    [
      'of several files as one',
      { afterResume: [{ ...step, from: { kind: 'live', source: several.source } }] },
      'not staged',
    ],
    [
      'without a token',
      { afterResume: [{ ...step, from: { kind: 'live', source: { medium: 'stream', backend: 'x' } } }] },
      'afterResume[0].from.source.token',
    ],
    ['staged by half', { afterResume: [{ ...step, staged: false }] }, 'afterResume[0].staged'],
  ])('has no stream %s', (_, change, message) => {
    expect(() => reading(change)).toThrow(
      expect.objectContaining({ code: 'PLAN.INVALID', message: expect.stringContaining(message) }),
    )
  })
})
