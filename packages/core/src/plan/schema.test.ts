import { describe, expect, test } from 'vitest'
import { capabilities, options, store, survey, target, tide, workload } from '../../test/plan/build.ts'
import { makePlan } from './make-plan.ts'
import { readPlan } from './schema.ts'

const made = makePlan(
  survey([target('a'), target('b')], [workload('web', ['a', 'b'])]),
  { ...capabilities, snapshots: [{ target: 'docker:a', snapshotter: 'btrfs', exposes: 'directory', token: null }] },
  tide(),
  options,
)
const text = JSON.stringify(made)
const { runId } = options

test('a plan reads back as it was', () => {
  expect(readPlan(text)).toStrictEqual(made)
})

test('a plan of another version, and what is no JSON', () => {
  expect(() => readPlan(text.replace('"version":2', '"version":1'))).toThrow(
    expect.objectContaining({ code: 'PLAN.VERSION', message: 'the plan has version 1' }),
  )
  expect(() => readPlan('{')).toThrow(expect.objectContaining({ code: 'PLAN.INVALID' }))
  expect(() => readPlan('"x"')).toThrow(expect.objectContaining({ code: 'PLAN.INVALID' }))
  expect(() => readPlan(text.replace('"version":2,', ''))).toThrow(
    expect.objectContaining({ code: 'PLAN.INVALID', message: 'not a plan: version: must be 2' }),
  )
})

describe('one wrong member', () => {
  test.each([
    ['"grouping":"smart"', '"grouping":"clever"', 'grouping: must be "individual" or "smart" or "project"'],
    ['"grouping":"smart"', '"grouping":"smart","gruoping":1', 'unknown key "gruoping"'],
    ['"maxConcurrent":2', '"maxConcurrent":0', 'maxConcurrent: '],
    ['"medium":"docker-volume"', '"medium":"floppy"', 'groups[0].whileQuiesced[0].ref.source.medium: '],
    [`"id":"${runId}-2"`, '"id":"../../etc"', 'groups[0].whileQuiesced[1].ref.id: may hold letters'],
    [`"id":"${runId}-2"`, `"id":"${runId}-1"`, `stands twice`],
    ['"kind":"live"', '"kind":"alive"', 'groups[0].whileQuiesced[1].from.kind: must be "live"'],
    [`"id":"${runId}-1","runId":"${runId}"`, `"id":"${runId}-1","runId":"x"`, 'is not the run id of the plan'],
    ['"targets":["docker:a","docker:b"]', '"targets":["docker:a"]', 'is no target of its group'],
    [
      '"targets":["docker:a","docker:b"]',
      '"targets":["docker:a","docker:b","docker:c"]',
      'targets[2]: is lifted 0 times',
    ],
    ['"targets":["docker:a","docker:b"]', '"targets":["docker:a","docker:b","docker:b"]', 'docker:b stands twice'],
    [
      '"skipped":[]',
      '"skipped":[{"target":"docker:a","finding":{"code":"X.Y","message":""}}]',
      'docker:a stands twice',
    ],
    ['"skipped":[]', '"skipped":[{"target":"nothing","finding":{"code":"X.Y","message":""}}]', 'skipped[0].target: '],
  ])('%s → %s', (was, is, message) => {
    expect(text).toContain(was)
    expect(() => readPlan(text.replace(was, is))).toThrow(
      expect.objectContaining({ code: 'PLAN.INVALID', message: expect.stringContaining(message) }),
    )
  })
})

test('a live lift after the workloads rose is refused', () => {
  const [group] = made.groups
  const live = group?.whileQuiesced[1]
  const moved = {
    ...made,
    groups: [
      { ...group, whileQuiesced: [group?.whileQuiesced[0]], afterResume: [...(group?.afterResume ?? []), live] },
    ],
  }
  expect(() => readPlan(JSON.stringify(moved))).toThrow(
    expect.objectContaining({
      code: 'PLAN.INVALID',
      message: expect.stringContaining('groups[0].afterResume[1].from'),
    }),
  )
})

test('a lift of a snapshot that is not cut is refused', () => {
  const [group] = made.groups
  const uncut = { ...made, groups: [{ ...group, whileQuiesced: group?.whileQuiesced.slice(1) }] }
  expect(() => readPlan(JSON.stringify(uncut))).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('afterResume[0].from: is a snapshot that this group does not cut'),
    }),
  )
})

describe('a warm lift', () => {
  const place = survey([target('a'), target('b')], [workload('web', ['a', 'b'])])
  const dedup = { ...capabilities, stores: { [store.ref]: { archives: true, deduplicates: true } } }
  const warm = makePlan(place, dedup, tide(), options)
  const [group] = warm.groups
  const reading = (change: object): unknown => readPlan(JSON.stringify({ ...warm, groups: [{ ...group, ...change }] }))

  test('reads back', () => {
    expect(group?.beforeHold).toHaveLength(2)
    expect(reading({ predictedHoldMs: 1200 })).toMatchObject({ groups: [{ predictedHoldMs: 1200 }] })
  })

  test.each([
    [
      'into another store',
      {
        beforeHold: group?.beforeHold.map((step) => ({
          ...step,
          ref: { ...step.ref, store: { ...store, ref: 'archive:/elsewhere' } },
        })),
      },
      'is not lifted again inside',
    ],
    [
      'that is lifted twice',
      {
        beforeHold: group?.beforeHold.flatMap((step) => [step, { ...step, ref: { ...step.ref, id: 'x' } }]).slice(0, 2),
      },
      'is a second warm lift of its target',
    ],
    [
      'whose id another has',
      { beforeHold: group?.beforeHold.map((step) => ({ ...step, ref: { ...step.ref, id: `${runId}-1` } })) },
      'stands twice',
    ],
    ['that would count', { beforeHold: group?.whileQuiesced }, 'beforeHold[0].ref'],
    ['inside the hold', { whileQuiesced: group?.beforeHold }, 'whileQuiesced[0].ref'],
  ])('%s', (_name, change, message) => {
    expect(() => reading(change)).toThrow(
      expect.objectContaining({ code: 'PLAN.INVALID', message: expect.stringContaining(message) }),
    )
  })
})
