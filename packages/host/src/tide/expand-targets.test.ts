import type { Problem, Survey, TargetRef, Tide } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import { expanded } from './expand-targets.ts'

const TIDE: Omit<Tide, 'name' | 'targets'> & { readonly store: NonNullable<Tide['store']> } = {
  grouping: 'smart',
  store: { ref: 'archive:/b', crane: 'archive', settings: {} },
  maxHoldMs: 1000,
  maxConcurrent: 1,
}
const REFS: readonly TargetRef[] = ['dir:/srv', 'rancher:app', 'rancher:app/db', 'rancher:prod:app/db']

function survey(problems: readonly Problem[] = [], refs = REFS): Survey {
  const targets = refs.map((ref) => ({ ref, source: { medium: 'directory', path: '/' }, tides: [] }) as const)
  return { targets, workloads: [], problems }
}
const problem = (target: TargetRef | undefined, code = 'RANCHER.NO_INSTANCE'): Problem => ({
  code,
  message: `${code} of ${String(target)}`,
  ...(target === undefined ? {} : { target }),
})
function run(
  targets: readonly TargetRef[],
  problems: readonly Problem[] = [],
  more: { readonly name?: string; readonly refs?: readonly TargetRef[] } = {},
): {
  readonly targets: readonly TargetRef[]
  readonly meant: readonly TargetRef[]
  readonly problems: readonly Problem[]
} {
  const { name, refs } = more
  const tide: Tide = { ...TIDE, targets, ...(name === undefined ? {} : { name }) }
  const found = expanded(survey(problems, refs), tide)
  return { targets: found.tide.targets, meant: found.tide.meant ?? [], problems: found.survey.problems }
}

describe('what stands for several', () => {
  test('means all that is there, and leaves other targets alone', () => {
    expect(run(['rancher:*', 'dir:/srv'])).toMatchObject({
      targets: ['dir:/srv', 'rancher:app', 'rancher:app/db', 'rancher:prod:app/db'],
      meant: [],
    })
    expect(run(['rancher:prod:*', 'rancher:app/*']).targets).toEqual(['rancher:prod:app/db', 'rancher:app/db'])
    expect(run(['dir:/srv']).targets).toEqual(['dir:/srv'])
  })

  test('skips what of it cannot be had, with the reason', () => {
    const down = problem('rancher:app/down')
    expect(run(['rancher:app/*'], [down])).toEqual({
      targets: ['rancher:app/db'],
      meant: ['rancher:app/down'],
      problems: [down],
    })
    expect(run(['rancher:prod:*'], [down])).toMatchObject({ meant: [], problems: [down] })
  })

  test('is skipped as a whole when the server is away', () => {
    const away = problem('rancher:*', 'RANCHER.UNREACHABLE')
    expect(run(['rancher:app/*', 'dir:/srv'], [away], { refs: ['dir:/srv'] })).toEqual({
      targets: ['dir:/srv'],
      meant: ['rancher:app/*'],
      problems: [{ ...away, target: 'rancher:app/*' }],
    })
  })

  test('loses the environment that cannot be read, and no other', () => {
    const away = problem('rancher:test:*', 'RANCHER.FORBIDDEN')
    expect(run(['rancher:*'], [away])).toMatchObject({
      targets: ['rancher:app', 'rancher:app/db', 'rancher:prod:app/db'],
      meant: ['rancher:test:*'],
    })
  })

  test('does not miss stacks that have no export: one word of all of them', () => {
    const none = (['rancher:a', 'rancher:b'] as const).map((ref) => problem(ref, 'RANCHER.NO_EXPORT'))
    const { meant, problems } = run(['rancher:*'], none)
    expect(meant).toEqual([])
    expect(problems).toMatchObject([
      { code: 'RANCHER.NO_EXPORT', message: expect.stringContaining('rancher:a, rancher:b') },
    ])
    expect(problems[0]).not.toHaveProperty('target')
    expect(run(['rancher:a'], none)).toMatchObject({ targets: [], meant: ['rancher:a'] })
  })

  test('dump:* means every database of the engine, and skips those that cannot be dumped', () => {
    const refs = ['dump:pg', 'dump:shop/db', 'rancher:app/db', 'docker:pg'] as const
    const down = problem('dump:down', 'DUMP.NOT_RUNNING')
    expect(run(['dump:*', 'docker:pg'], [down], { refs })).toEqual({
      targets: ['docker:pg', 'dump:pg', 'dump:shop/db'],
      meant: ['dump:down'],
      problems: [down],
    })
    expect(run(['dump:*'], [{ ...down, tide: 'other' }], { refs, name: 'nightly' }).problems).toEqual([down])
    expect(run(['dump:gone'], [down], { refs })).toEqual({ targets: ['dump:gone'], meant: [], problems: [down] })
    expect(() => run(['dump:*'])).toThrow(
      expect.objectContaining({ code: 'TARGET.UNKNOWN', hint: expect.stringContaining('salvage.dump') }),
    )
  })

  test('and means nothing is an error, in a tide one that skips', () => {
    expect(() => run(['rancher:none/*'])).toThrow(expect.objectContaining({ code: 'TARGET.UNKNOWN' }))
    expect(run(['rancher:none/*', 'dir:/srv'], [], { name: 'nightly' })).toMatchObject({
      targets: ['dir:/srv'],
      meant: ['rancher:none/*'],
      problems: [{ code: 'TARGET.UNKNOWN', target: 'rancher:none/*' }],
    })
  })
})

test('what is named and cannot be had is skipped, and what nobody knows stays to be refused', () => {
  const down = problem('rancher:app/down')
  expect(run(['rancher:app/down', 'rancher:app/db'], [down])).toMatchObject({
    targets: ['rancher:app/db'],
    meant: ['rancher:app/down'],
  })
  expect(run(['rancher:app/nobody'], [down]).targets).toEqual(['rancher:app/nobody'])
})

test.each<readonly [TargetRef, readonly TargetRef[]]>([
  ['rancher:app/db', ['rancher:app/db/app-db-2']],
  ['rancher:*', ['rancher:app/db/app-db-2']],
  ['rancher:app', []],
])('%s with a container that cannot be dumped: %j is lost, and the others are not', (target, meant) => {
  const left = problem('rancher:app/db/app-db-2', 'RANCHER.INSTANCE_LEFT')
  const found = run([target], [left])
  expect(found.meant).toEqual(meant)
  expect(found.targets).toContain(target === 'rancher:*' ? 'rancher:app/db' : target)
})
