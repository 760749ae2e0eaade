import { expect, test } from 'vitest'
import {
  capabilities,
  keeping,
  keptTide,
  options,
  store,
  survey,
  target,
  tide,
  wavesOf,
  workload,
} from '../../test/plan/build.ts'
import type { Capabilities } from './capabilities.ts'
import { makePlan } from './make-plan.ts'
import type { Plan } from './plan.ts'

const hook = { quiescer: 'docker-exec', settings: { command: ['sync'] } }
const stop = { quiescer: 'docker-stop', settings: { grace: 10 } }

const cut: Capabilities = {
  ...capabilities,
  snapshots: [{ target: 'docker:a', snapshotter: 'btrfs', exposes: 'directory', token: { subvolume: 7 } }],
}

function outline(plan: Plan): unknown {
  return plan.groups.map(({ whileQuiesced, afterResume }) => ({
    whileQuiesced: whileQuiesced.map((step) => `${step.kind} ${step.ref.id} ${step.ref.target}`),
    afterResume: afterResume.map((step) => `${step.kind} ${step.ref.id} ${step.ref.target}`),
  }))
}

test('a plan in full', () => {
  const plan = makePlan(survey([target('a')], [workload('web', ['a'])]), cut, tide(), options)
  const { runId, machine } = options
  const at = '2026-11-21T08:00:12.345Z'
  const snapshot = {
    id: `${runId}-s1`,
    runId,
    target: 'docker:a',
    source: { medium: 'docker-volume', name: 'a', hostPath: '/volumes/a' },
    token: { subvolume: 7 },
  }
  expect(plan).toStrictEqual({
    version: 2,
    runId,
    createdAt: at,
    machine,
    tide: 'daily',
    grouping: 'smart',
    maxHoldMs: 60_000,
    maxConcurrent: 2,
    groups: [
      {
        id: 'g1',
        targets: ['docker:a'],
        quiesce: [
          [
            {
              kind: 'quiesce',
              workload: 'docker:web',
              name: 'web',
              quiescer: 'docker-stop',
              settings: { grace: 10 },
            },
          ],
        ],
        idle: [],
        left: [],
        beforeHold: [],
        whileQuiesced: [{ kind: 'snapshot', snapshotter: 'btrfs', ref: snapshot }],
        afterResume: [
          {
            kind: 'lift',
            ref: { id: `${runId}-1`, runId, target: 'docker:a', store, at, machine, tide: 'daily' },
            from: { kind: 'snapshot', snapshotter: 'btrfs', ref: snapshot },
          },
        ],
      },
    ],
    skipped: [],
    warnings: [],
  })
})

test('what can be cut is cut during the hold and lifted after it, the rest is lifted during it', () => {
  const plan = makePlan(survey([target('a'), target('b')], [workload('web', ['a', 'b'])]), cut, tide(), options)
  const { runId } = options
  expect(outline(plan)).toEqual([
    {
      whileQuiesced: [`snapshot ${runId}-s1 docker:a`, `lift ${runId}-2 docker:b`],
      afterResume: [`lift ${runId}-1 docker:a`],
    },
  ])
})

test('a snapshot that the crane cannot read is not taken; of several the first that it can read is', () => {
  const snapshots = [
    { target: 'docker:a' as const, snapshotter: 'csi', exposes: 'docker-volume' as const, token: null },
    { target: 'docker:a' as const, snapshotter: 'zfs', exposes: 'directory' as const, token: null },
    { target: 'docker:a' as const, snapshotter: 'btrfs', exposes: 'directory' as const, token: null },
  ]
  const place = survey([target('a')])
  const [chosen] = makePlan(place, { ...capabilities, snapshots }, tide(), options).groups[0]?.whileQuiesced ?? []
  expect(chosen).toMatchObject({ kind: 'snapshot', snapshotter: 'zfs' })
  const [live] =
    makePlan(place, { ...capabilities, snapshots: snapshots.slice(0, 1) }, tide(), options).groups[0]?.whileQuiesced ??
    []
  expect(live).toMatchObject({ kind: 'lift', from: { kind: 'live' } })
})

test('a target that its crane cannot read is skipped, and its workloads are not brought to rest for it', () => {
  const far = target('far', { source: { medium: 'docker-volume', name: 'far' } })
  const place = survey([target('a'), far], [workload('web', ['a', 'far']), workload('db', ['far'])])
  const plan = makePlan(place, capabilities, tide(), options)
  expect(plan.skipped).toEqual([
    {
      target: 'docker:far',
      finding: {
        code: 'PLAN.UNREADABLE',
        message: 'archive:/backups cannot take docker:far: its crane archive cannot read it',
        why: 'it can be read as docker-volume; the crane reads directory',
        hint: 'use a store of a crane that can read it: container',
      },
    },
  ])
  expect(plan.groups.map(wavesOf)).toEqual([[['docker-stop docker:web']]])
})

test('a target with a store of its own is judged by the crane of that store', () => {
  const other = { ...store, ref: 'crane:box', crane: 'container' } as const
  const far = target('far', { source: { medium: 'docker-volume', name: 'far' } })
  const plan = makePlan(survey([far]), capabilities, tide({ storeOf: { 'docker:far': other } }), options)
  expect(plan.groups[0]?.whileQuiesced[0]?.ref).toMatchObject({ store: other })
})

test('an unknown crane is an error', () => {
  for (const crane of ['restic', 'constructor'])
    expect(() => makePlan(survey([target('a')]), capabilities, tide({ store: { ...store, crane } }), options)).toThrow(
      expect.objectContaining({ code: 'CRANE.UNKNOWN', why: 'the cranes are: archive, container' }),
    )
})

test('hooks of one level run before its stops, and dependants before what they depend on', () => {
  const place = survey(
    [target('a'), target('b')],
    [
      workload('db', ['a'], { quiesce: [hook, stop] }),
      workload('cache', ['b']),
      workload('web', ['a', 'b'], { quiesce: [hook, stop], dependsOn: ['docker:db', 'docker:cache'] }),
    ],
  )
  expect(wavesOf(makePlan(place, capabilities, tide(), options).groups[0])).toEqual([
    ['docker-exec docker:web'],
    ['docker-stop docker:web'],
    ['docker-stop docker:cache', 'docker-exec docker:db'],
    ['docker-stop docker:db'],
  ])
})

test('a stopped workload is watched by its last choice, a paused one is brought to rest, one that is left is named', () => {
  const place = survey(
    [target('a')],
    [
      workload('old', ['a'], { state: 'stopped', quiesce: [hook, stop] }),
      workload('paused', ['a'], { state: 'paused' }),
      workload('reader', ['a'], { left: 'salvage.action=ignore', quiesce: [] }),
    ],
  )
  const [group] = makePlan(place, capabilities, tide(), options).groups
  expect(group?.idle.map(({ workload: id, quiescer }) => [id, quiescer])).toEqual([['docker:old', 'docker-stop']])
  expect(wavesOf(group)).toEqual([['docker-stop docker:paused']])
  expect(group?.left).toEqual([{ workload: 'docker:reader', name: 'reader', why: 'salvage.action=ignore' }])
})

test('a refused workload skips its whole group and no other', () => {
  const refused = { code: 'LABEL.ACTION', message: 'unknown action Stop', hint: 'write stop' }
  const place = survey(
    [target('a'), target('b'), target('c')],
    [workload('web', ['a', 'b'], { refused }), workload('db', ['b']), workload('other', ['c'])],
  )
  const finding = { ...refused, message: 'workload docker:web cannot be brought to rest: unknown action Stop' }
  const plan = makePlan(place, capabilities, tide(), options)
  expect(plan.groups.map(({ id, targets }) => [id, targets])).toEqual([['g1', ['docker:c']]])
  expect(plan.skipped).toEqual([
    { target: 'docker:a', finding },
    { target: 'docker:b', finding },
  ])
  expect(plan.warnings).toEqual([])
  const alone = makePlan(place, capabilities, tide({ grouping: 'individual' }), options)
  expect(alone.skipped.map((entry) => entry.target)).toEqual(['docker:a', 'docker:b'])
})

test('a stopped workload that could not be brought to rest is a warning, told once', () => {
  const refused = { code: 'LABEL.ACTION', message: 'unknown action Stop' }
  const place = survey([target('a'), target('b')], [workload('web', ['a', 'b'], { refused, state: 'stopped' })])
  const plan = makePlan(place, capabilities, tide({ grouping: 'individual' }), options)
  expect(plan.groups).toHaveLength(2)
  expect(plan.warnings.map((warning) => warning.code)).toEqual(['LABEL.ACTION'])
})

test('a workload that is up and that nothing brings to rest skips its group', () => {
  const plan = makePlan(survey([target('a')], [workload('web', ['a'], { quiesce: [] })]), capabilities, tide(), options)
  expect(plan.groups).toEqual([])
  expect(plan.skipped.map((entry) => entry.finding.code)).toEqual(['PLAN.RESTLESS'])
})

test('a circle of dependencies is a warning', () => {
  const place = survey(
    [target('a')],
    [workload('x', ['a'], { dependsOn: ['docker:y'] }), workload('y', ['a'], { dependsOn: ['docker:x'] })],
  )
  const plan = makePlan(place, capabilities, tide(), options)
  expect(plan.warnings).toMatchObject([
    { code: 'PLAN.DEPENDENCY_CYCLE', message: 'docker:x, docker:y depend on each other in a circle' },
  ])
  expect(wavesOf(plan.groups[0])).toEqual([['docker-stop docker:x', 'docker-stop docker:y']])
})

test('targets without workloads are lifted in one group, with nothing to bring to rest', () => {
  const plan = makePlan(survey([target('a'), target('b'), target('c')]), capabilities, tide(), options)
  expect(plan.groups).toHaveLength(1)
  expect(plan.groups[0]).toMatchObject({ quiesce: [], idle: [], whileQuiesced: { length: 3 } })
})

test.each([
  { maxHoldMs: 0 },
  { maxHoldMs: Infinity },
  { maxConcurrent: 0 },
  { maxConcurrent: 1.5 },
  { maxConcurrent: NaN },
])('the bug %j is no plan', (bug) => {
  expect(() => makePlan(survey([target('a')]), capabilities, tide(bug), options)).toThrow(RangeError)
})

test('a run id that is not safe in names is a bug', () => {
  expect(() => makePlan(survey([target('a')]), capabilities, tide(), { ...options, runId: '../x' })).toThrow(RangeError)
})

test('what is of another machine than the one that looks is copied as of that machine', () => {
  const claims = survey([target('a', { machine: 'cluster' }), target('b')])
  const keptCut = {
    target: 'docker:a',
    snapshotter: 'csi',
    exposes: 'directory',
    token: null,
    keptIn: keeping.ref,
  } as const
  const plan = makePlan(
    claims,
    { ...cut, snapshots: [keptCut, { ...keptCut, target: 'docker:b' }] },
    keptTide({ lifted: true }),
    options,
  )
  const machines = plan.groups.flatMap(({ whileQuiesced, afterResume }) =>
    [...whileQuiesced, ...afterResume].map(({ ref }) => [
      ref.target,
      'machine' in ref ? ref.machine : ref.keep?.machine,
    ]),
  )
  expect(machines.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual([
    ['docker:a', 'cluster'],
    ['docker:a', 'cluster'],
    ['docker:b', options.machine],
    ['docker:b', options.machine],
  ])
  expect(plan.machine).toBe(options.machine)
})
