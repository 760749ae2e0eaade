import { expect, test } from 'vitest'
import { capabilities, keeping, keptTide, options, store, survey, target, workload } from '../../test/plan/build.ts'
import type { Capabilities } from './capabilities.ts'
import { holdWayOf } from './hold-way.ts'
import { makePlan } from './make-plan.ts'
import type { Plan } from './plan.ts'
import { readPlan } from './schema.ts'
import type { Tide } from './tide.ts'

const cut = { snapshotter: 'csi', exposes: 'docker-volume', token: null, keptIn: keeping.ref } as const
const readable = { ...cut, exposes: 'directory' } as const
const able: Capabilities = {
  ...capabilities,
  snapshots: [
    { ...cut, target: 'docker:a' },
    { ...readable, target: 'docker:b' },
    { target: 'docker:c', snapshotter: 'btrfs', exposes: 'directory', token: null },
  ],
  stores: { [store.ref]: { archives: true, deduplicates: true } },
}
const place = survey([target('a'), target('b')], [workload('web', ['a', 'b'])])

function planOf(lifted: boolean, more: Partial<Tide> = {}, what = place): Plan {
  return makePlan(what, able, keptTide({ lifted, ...more }), options)
}

function name({ ref }: { readonly ref: { readonly id: string } }): string {
  return ref.id.slice(options.runId.length)
}

function outline({ groups }: Plan): readonly string[] {
  return groups.flatMap(({ beforeHold, whileQuiesced, afterResume }) => [
    ...beforeHold.map((step) => `${name(step)} before`),
    ...whileQuiesced.map((step) => `${name(step)} in${step.kind === 'snapshot' && step.ref.keep ? ', stays' : ''}`),
    ...afterResume.map((step) => `${name(step)} after`),
  ])
}

test('kept alone: cut, and nothing more', () => {
  const plan = planOf(false)
  expect(outline(plan)).toEqual(['-s1 in, stays', '-s2 in, stays'])
  expect(plan.groups.map(holdWayOf)).toEqual(['snapshot'])
  const [step] = plan.groups[0]?.whileQuiesced ?? []
  expect(step?.kind === 'snapshot' ? step.ref.keep : undefined).toEqual({
    store: keeping,
    at: options.now.toISOString(),
    machine: 'atlas',
    tide: 'daily',
  })
})

test('kept and lifted: the cut where the crane can read it, the live source beside it where it cannot', () => {
  expect(outline(planOf(true))).toEqual(['-w1 before', '-s1 in, stays', '-s2 in, stays', '-1 in', '-2 after'])
  expect(outline(planOf(true, { hold: 'copy' }))).toEqual(['-s1 in, stays', '-s2 in, stays', '-1 in', '-2 in'])
})

test('one target is lifted elsewhere, the other is only kept', () => {
  expect(outline(planOf(false, { storeOf: { 'docker:b': store } }))).toEqual([
    '-s1 in, stays',
    '-s2 in, stays',
    '-2 after',
  ])
})

test('what the keeper cannot cut is left out, with the reason of the keeper if it told one', () => {
  const wide = survey([target('a'), target('c'), target('d')])
  const found = { ...able, unkept: { 'docker:d': 'its class is of another driver' } }
  const { groups, skipped } = makePlan(wide, found, keptTide({ lifted: true }), options)
  expect(groups.flatMap(({ targets }) => targets)).toEqual(['docker:a'])
  expect(skipped.map(({ target: ref, finding }) => [ref, finding.code, finding.why])).toEqual([
    ['docker:c', 'PLAN.UNKEPT', 'nothing here can cut it so'],
    ['docker:d', 'PLAN.UNKEPT', 'its class is of another driver'],
  ])
  expect(skipped[1]?.finding.hint).toContain('name a class')
})

test('what cannot be lifted is left out as without snapshots: half of what was asked for would be a surprise', () => {
  const { skipped } = planOf(true, { hold: 'snapshot' })
  expect(skipped.map(({ target: ref, finding }) => [ref, finding.code])).toEqual([['docker:a', 'PLAN.UNCUT']])
})

const text = JSON.stringify(planOf(true))

test('such a plan reads back as it was, of the same version as ever', () => {
  expect(readPlan(text)).toStrictEqual(planOf(true))
  expect(readPlan(JSON.stringify(planOf(false)))).toStrictEqual(planOf(false))
})

test('a keep with more than it knows is refused', () => {
  const more = text.replace('"machine":"atlas","tide":"daily"}}}', '"machine":"atlas","tide":"daily","until":1}}}')
  expect(() => readPlan(more)).toThrow(
    expect.objectContaining({ code: 'PLAN.INVALID', message: expect.stringContaining('unknown key "until"') }),
  )
})

test('a plan is refused that keeps a target twice, or neither lifts nor keeps one, or lifts another cut', () => {
  const plan = planOf(false)
  const [group] = plan.groups
  const [first, second] = group?.whileQuiesced ?? []
  if (group === undefined || first?.kind !== 'snapshot' || second === undefined) throw new Error('no plan')
  const withSteps = (whileQuiesced: readonly unknown[]): string =>
    JSON.stringify({ ...plan, groups: [{ ...group, whileQuiesced }] })
  const twice = { ...first, ref: { ...first.ref, id: `${options.runId}-s9` } }
  const { keep: _keep, ...plain } = first.ref
  for (const [read, message] of [
    [withSteps([first, second, twice]), 'targets[0]: is kept 2 times'],
    [withSteps([second]), 'targets[0]: is lifted 0 times'],
    [withSteps([{ ...first, ref: plain }, second]), 'targets[0]: is lifted 0 times'],
  ] as const)
    expect(() => readPlan(read)).toThrow(
      expect.objectContaining({ code: 'PLAN.INVALID', message: expect.stringContaining(message) }),
    )
  const swapped = text.replace(/("afterResume":.*?"store":\{"ref":")csi:fast/, '$1csi:slow')
  expect(swapped).not.toBe(text)
  expect(() => readPlan(swapped)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('is a snapshot that this group does not cut') }),
  )
})
