import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makePlan } from './make-plan.ts'
import type { Group, Plan, SnapshotStep } from './plan.ts'
import { readPlan } from './schema.ts'
import type { Workload } from '../target/workload.ts'
import { anyCase, shuffled } from '../../test/plan/arbitrary.ts'
import type { Case } from '../../test/plan/arbitrary.ts'
import { liftsOf, options } from '../../test/plan/build.ts'

function plan({ survey, capabilities, tide }: Case): Plan {
  return makePlan(survey, capabilities, tide, options)
}

function holds(property: (one: Case, made: Plan) => void): void {
  fc.assert(
    fc.property(anyCase, (one) => property(one, plan(one))),
    { numRuns: 500 },
  )
}

function usersOf({ survey }: Case, group: Group): readonly Workload[] {
  return survey.workloads.filter((one) => one.uses.some((ref) => group.targets.includes(ref)))
}

function keptOf({ groups }: Plan): readonly SnapshotStep[] {
  const cuts = groups.flatMap(({ whileQuiesced }) => whileQuiesced.filter((step) => step.kind === 'snapshot'))
  return cuts.filter(({ ref }) => ref.keep !== undefined)
}

function placesOf(group: Group): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>()
  for (const [place, wave] of group.quiesce.entries())
    for (const { workload } of wave) places.set(workload, [...(places.get(workload) ?? []), place])
  return places
}

function dependsOn(from: string, to: string, { survey }: Case): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (const id of open)
    for (const need of survey.workloads.find((one) => one.id === id)?.dependsOn ?? []) {
      if (seen.has(need)) continue
      seen.add(need)
      open.push(need)
    }
  return seen.has(to)
}

test('every selected target stands once, in the groups or among the skipped, and is lifted and kept once if planned', () => {
  holds(({ survey, tide }, made) => {
    const selected = survey.targets.filter((one) => one.tides.includes('daily') || tide.targets.includes(one.ref))
    const planned = made.groups.flatMap((group) => group.targets)
    const all = [...planned, ...made.skipped.map((entry) => entry.target)]
    expect(new Set(all).size).toBe(all.length)
    for (const { ref } of selected) expect(all).toContain(ref)
    const refs = new Set(selected.map((one) => one.ref))
    for (const ref of planned) expect(refs).toContain(ref)
    const lifted = made.groups.flatMap((group) => [...liftsOf(group.whileQuiesced), ...group.afterResume])
    const toLift = planned.filter((ref) => tide.store !== undefined || Object.hasOwn(tide.storeOf ?? {}, ref))
    expect(lifted.map((step) => step.ref.target).toSorted()).toEqual(toLift.toSorted())
    const kept = keptOf(made).map(({ ref }) => ref.target)
    expect(kept.toSorted()).toEqual(tide.snapshots === undefined ? [] : planned.toSorted())
    for (const group of made.groups) expect(group.targets.length).toBeGreaterThan(0)
  })
})

test('live sources are lifted during the hold, snapshots are cut first and lifted after it', () => {
  holds((_, made) => {
    for (const group of made.groups) {
      for (const step of liftsOf(group.whileQuiesced)) expect(step.from.kind).toBe('live')
      const kinds = group.whileQuiesced.map((step) => step.kind)
      expect(kinds).toEqual(kinds.toSorted().toReversed())
      const cuts = group.whileQuiesced.filter((step) => step.kind === 'snapshot')
      const origins = group.afterResume.map((step) => step.from)
      const read = cuts.filter(
        ({ ref }) => ref.keep === undefined || group.afterResume.some((step) => step.ref.target === ref.target),
      )
      expect(origins).toEqual(read.map(({ snapshotter, ref }) => ({ kind: 'snapshot', snapshotter, ref })))
    }
  })
})

test('what is kept is cut by who can keep it there, and says when and for what', () => {
  holds(({ capabilities, tide }, made) => {
    for (const { snapshotter, ref } of keptOf(made)) {
      const { runId, createdAt: at, machine, tide: name } = made
      expect(ref.keep).toEqual({ store: tide.snapshots, at, machine, ...(name === undefined ? {} : { tide: name }) })
      expect(ref.runId).toBe(runId)
      const able = { target: ref.target, snapshotter, token: ref.token, keptIn: tide.snapshots?.ref }
      expect(capabilities.snapshots).toContainEqual(expect.objectContaining(able))
    }
  })
})

test('what is lifted warm is lifted again inside a hold that somebody who runs is in, and no warm id is another', () => {
  holds(({ survey, tide }, made) => {
    for (const group of made.groups) {
      const again = liftsOf(group.whileQuiesced).map(({ ref, from }) => [ref.target, ref.store, from])
      for (const { ref, from } of group.beforeHold) {
        expect(ref.warm).toBe(true)
        expect(again).toContainEqual([ref.target, ref.store, from])
        expect(['auto', 'warm']).toContain(tide.hold)
      }
      const running = new Set(survey.workloads.filter((one) => one.state === 'running').map((one) => one.id))
      const touched = group.quiesce.flat().some((step) => running.has(step.workload))
      if (!touched) expect(group.beforeHold).toEqual([])
      for (const { ref } of [...liftsOf(group.whileQuiesced), ...group.afterResume]) expect(ref.warm).toBeUndefined()
    }
  })
})

test('every user of a target in a group comes to rest by all its choices, is watched, is left, or had nothing to do', () => {
  holds((one, made) => {
    for (const group of made.groups) {
      const places = placesOf(group)
      const touched = new Set<string>()
      for (const { id, state, left, refused, quiesce } of usersOf(one, group)) {
        if (state !== 'stopped') expect(refused).toBeUndefined()
        const isHeld = state !== 'stopped' && left === undefined
        if (isHeld) touched.add(id)
        if (isHeld) expect(quiesce).not.toEqual([])
        expect(places.get(id)?.length ?? 0).toBe(isHeld ? quiesce.length : 0)
        expect(group.left.some((entry) => entry.workload === id)).toBe(left !== undefined)
        const idle = group.idle.filter((step) => step.workload === id).map((step) => step.quiescer)
        const isIdle = state === 'stopped' && left === undefined
        expect(idle).toEqual(isIdle ? quiesce.slice(-1).map((choice) => choice.quiescer) : [])
      }
      expect(new Set(places.keys())).toEqual(touched)
      for (const wave of group.quiesce) expect(new Set(wave.map((step) => step.workload)).size).toBe(wave.length)
    }
  })
})

test('the choices of a workload keep their order', () => {
  holds(({ survey }, made) => {
    for (const group of made.groups)
      for (const id of placesOf(group).keys()) {
        const steps = group.quiesce.flat().filter((step) => step.workload === id)
        const wanted = survey.workloads.find((one) => one.id === id)?.quiesce
        expect(steps.map(({ quiescer, settings }) => ({ quiescer, settings }))).toEqual(wanted)
      }
  })
})

test('dependants are at rest before what they depend on begins', () => {
  holds((one, made) => {
    for (const group of made.groups) {
      const places = placesOf(group)
      for (const [dependant, own] of places)
        for (const [provider, others] of places)
          if (dependsOn(dependant, provider, one) && !dependsOn(provider, dependant, one))
            expect(Math.max(...own)).toBeLessThan(Math.min(...others))
    }
  })
})

test('targets of one workload that is up share a group, unless each is for itself', () => {
  holds(({ survey, tide }, made) => {
    const groupOf = new Map(made.groups.flatMap((group) => group.targets.map((ref) => [ref, group.id])))
    if (tide.grouping === 'individual') expect(groupOf.size).toBe(made.groups.length)
    for (const { state, uses } of survey.workloads) {
      if (state === 'stopped' || tide.grouping === 'individual') continue
      const groups = uses.flatMap((ref) => groupOf.get(ref) ?? [])
      expect(new Set(groups).size).toBeLessThanOrEqual(1)
    }
  })
})

test('a plan is plain JSON, reads back as it was, and its ids are used once', () => {
  holds((_, made) => {
    const text = JSON.stringify(made)
    expect(JSON.parse(text)).toStrictEqual(made)
    expect(readPlan(text)).toStrictEqual(made)
    const steps = made.groups.flatMap((group) => [...group.beforeHold, ...group.whileQuiesced, ...group.afterResume])
    const ids = steps.map((step) => step.ref.id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('the order in which a survey tells things does not matter', () => {
  const pair = anyCase.chain((one) => fc.tuple(fc.constant(one), shuffled(one.survey)))
  fc.assert(
    fc.property(pair, ([one, other]) => {
      expect(plan({ ...one, survey: other })).toStrictEqual(plan(one))
    }),
    { numRuns: 500 },
  )
})

test('planning changes nothing that it is given', () => {
  fc.assert(
    fc.property(anyCase, (one) => {
      const before = JSON.stringify(one)
      plan(one)
      expect(JSON.stringify(one)).toBe(before)
    }),
  )
})
