import * as fc from 'fast-check'
import type { Capabilities } from '../../src/plan/capabilities.ts'
import type { HoldChoice, Tide } from '../../src/plan/tide.ts'
import type { Problem, Survey } from '../../src/target/discovery.ts'
import type { TargetRef } from '../../src/target/reference.ts'
import type { Target } from '../../src/target/target.ts'
import type { QuiesceChoice, Workload } from '../../src/target/workload.ts'
import { keeping, keptTide, store, tide, workload } from './build.ts'

/** What `makePlan` takes; at least one target is selected. */
export interface Case {
  readonly survey: Survey
  readonly capabilities: Capabilities
  readonly tide: Tide
}

const refs: readonly TargetRef[] = ['docker:a', 'docker:b', 'docker:c', 'docker:d', 'docker:e', 'dir:/f', 'dir:/g']
const names: readonly string[] = ['s', 't', 'u', 'v', 'w', 'x', 'y']

const choices: readonly (readonly QuiesceChoice[])[] = [
  [{ quiescer: 'stop', settings: null }],
  [{ quiescer: 'pause', settings: {} }],
  [
    { quiescer: 'exec', settings: { command: ['sync'] } },
    { quiescer: 'stop', settings: [1] },
  ],
]

function someOf<T>(values: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.subarray([...values])
}

function anyTarget(ref: TargetRef): fc.Arbitrary<Target> {
  const name = ref.slice(ref.indexOf(':') + 1)
  const source: fc.Arbitrary<Target['source']> = ref.startsWith('dir:')
    ? fc.constant({ medium: 'directory', path: name })
    : fc.constantFrom(
        { medium: 'docker-volume', name },
        { medium: 'docker-volume', name, hostPath: `/volumes/${name}`, createdAt: '2026-01-01T00:00:00Z' },
      )
  return fc.record({ ref: fc.constant(ref), source, tides: someOf(['daily', 'weekly']) })
}

function anyWorkload(name: string): fc.Arbitrary<Workload> {
  const more = fc.record(
    {
      project: fc.constantFrom('p', 'q'),
      left: fc.constant('salvage.action=ignore'),
      refused: fc.constant({ code: 'LABEL.INVALID', message: 'unknown action' }),
    },
    { requiredKeys: [] },
  )
  return fc
    .record({
      state: fc.constantFrom('running' as const, 'running' as const, 'paused' as const, 'stopped' as const),
      uses: someOf(refs),
      dependsOn: someOf([...names.map((other) => `docker:${other}`), 'docker:gone']),
      quiesce: fc.constantFrom(...choices, ...choices, []),
      more: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: more }),
      project: fc.constantFrom({}, { project: 'p' }),
    })
    .map(({ more: rare, project, ...fields }) => workload(name, [], { ...fields, ...project, ...rare }))
}

const problem: fc.Arbitrary<Problem> = fc.record(
  {
    code: fc.constantFrom('LABEL.INVALID', 'VOLUME.MISSING'),
    message: fc.constantFrom('one', 'two'),
    tide: fc.constantFrom('daily', 'weekly'),
    target: fc.constantFrom<TargetRef>('docker:a', 'docker:gone'),
  },
  { requiredKeys: ['code', 'message'] },
)

const capabilities: fc.Arbitrary<Capabilities> = fc.record({
  snapshots: fc.array(
    fc.record(
      {
        target: fc.constantFrom(...refs),
        snapshotter: fc.constantFrom('btrfs', 'zfs'),
        exposes: fc.constantFrom('directory' as const, 'docker-volume' as const),
        token: fc.constantFrom(null, { subvolume: 7 }),
        keptIn: fc.constant(keeping.ref),
      },
      { requiredKeys: ['target', 'snapshotter', 'exposes', 'token'] },
    ),
    { maxLength: 8 },
  ),
  cranes: fc.constantFrom<Capabilities['cranes']>(
    { archive: ['directory'], container: ['docker-volume'] },
    { archive: ['directory', 'docker-volume'], container: [] },
  ),
  stores: fc.constantFrom<Capabilities['stores']>(
    {},
    { [store.ref]: { archives: true, deduplicates: true } },
    { [store.ref]: { archives: true, deduplicates: false } },
    { [store.ref]: { archives: false, deduplicates: true } },
  ),
})

function tideOf(stores: 'lifted' | 'kept' | 'both', more: Partial<Tide>): Tide {
  return stores === 'lifted' ? tide(more) : keptTide({ ...more, lifted: stores === 'both' })
}

/** A place with every target of {@link refs}, and up to seven workloads. */
export const anyCase: fc.Arbitrary<Case> = fc
  .record({
    targets: fc.tuple(...refs.map(anyTarget)),
    workloads: fc.tuple(...names.map(anyWorkload)).chain((all) => someOf(all)),
    problems: fc.array(problem, { maxLength: 3 }),
    capabilities,
    named: someOf(refs),
    grouping: fc.constantFrom('individual' as const, 'smart' as const, 'project' as const),
    elsewhere: someOf(refs),
    hold: fc.constantFrom<HoldChoice>('auto', 'snapshot', 'warm', 'copy'),
    stores: fc.constantFrom('lifted' as const, 'lifted' as const, 'kept' as const, 'both' as const),
  })
  .map(({ targets, workloads, problems, named, grouping, elsewhere, hold, stores, ...rest }) => ({
    ...rest,
    survey: { targets, workloads, problems },
    tide: tideOf(stores, {
      targets: named,
      grouping,
      hold,
      storeOf: Object.fromEntries(elsewhere.map((ref) => [ref, { ...store, crane: 'container' }])),
    }),
  }))
  .filter(
    ({ survey, tide: { targets } }) => targets.length > 0 || survey.targets.some((one) => one.tides.includes('daily')),
  )

function inAnyOrder<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length })
}

/** The same place, told in another order. */
export function shuffled({ targets, workloads, problems }: Survey): fc.Arbitrary<Survey> {
  return fc.record({
    targets: inAnyOrder(targets),
    workloads: inAnyOrder(workloads).chain((all) =>
      fc
        .tuple(...all.map((one) => fc.record({ uses: inAnyOrder(one.uses), dependsOn: inAnyOrder(one.dependsOn) })))
        .map((orders) => all.map((one, place) => ({ ...one, ...orders[place] }))),
    ),
    problems: inAnyOrder(problems),
  })
}
