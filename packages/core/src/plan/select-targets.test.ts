import { expect, test } from 'vitest'
import { survey, target, tide } from '../../test/plan/build.ts'
import { selectTargets } from './select-targets.ts'

const a = target('a')
const b = target('b', { tides: ['weekly'] })
const c = target('c', { tides: [] })

function refs(selection: ReturnType<typeof selectTargets>): readonly string[] {
  return selection.targets.map((one) => one.ref)
}

test('a name selects by label, references select one by one, and both together select each once', () => {
  const place = survey([c, b, a])
  expect(refs(selectTargets(place, tide()))).toEqual(['docker:a'])
  expect(refs(selectTargets(place, tide({ targets: ['docker:c', 'docker:a', 'docker:c'] })))).toEqual([
    'docker:a',
    'docker:c',
  ])
})

test('a problem of this tide skips its target, whether the survey holds it or not', () => {
  const problems = [
    { code: 'VOLUME.MISSING', message: 'no volume x', tide: 'daily', target: 'docker:x' as const },
    { code: 'LABEL.INVALID', message: 'two labels disagree', hint: 'remove one', tide: 'daily', target: a.ref },
    { code: 'LABEL.OTHER', message: 'and once more', tide: 'daily', target: a.ref },
  ]
  expect(selectTargets(survey([a], [], problems), tide())).toEqual({
    targets: [],
    skipped: [
      { target: 'docker:a', finding: { code: 'LABEL.INVALID', message: 'two labels disagree', hint: 'remove one' } },
      { target: 'docker:x', finding: { code: 'VOLUME.MISSING', message: 'no volume x' } },
    ],
    warnings: [{ code: 'LABEL.OTHER', message: 'and once more' }],
  })
})

test('a problem of a target that is meant and not there skips it, in a tide without a name too', () => {
  const { name: _name, ...unnamed } = tide({ targets: [a.ref], meant: ['rancher:app/db'] })
  const down = { code: 'RANCHER.NO_INSTANCE', message: 'no container of it runs' }
  const problems = [
    { ...down, target: 'rancher:app/db' as const },
    { ...down, target: 'rancher:app/other' as const },
  ]
  expect(selectTargets(survey([a], [], problems), unnamed)).toEqual({
    targets: [a],
    skipped: [{ target: 'rancher:app/db', finding: down }],
    warnings: [],
  })
})

test('a problem of this tide without a target skips the tide itself, which makes the run partial', () => {
  const problems = [{ code: 'LABEL.INVALID', message: 'unknown key', tide: 'daily' }]
  const selection = selectTargets(survey([a], [], problems), tide())
  expect(refs(selection)).toEqual(['docker:a'])
  expect(selection.skipped).toEqual([
    { target: 'tide:daily', finding: { code: 'LABEL.INVALID', message: 'unknown key' } },
  ])
})

test('a problem that names neither is a warning; those of other tides and targets do not concern the run', () => {
  const problems = [
    { code: 'LABEL.UNKNOWN', message: 'salvage.xyz' },
    { code: 'VOLUME.MISSING', message: 'weekly has no x', tide: 'weekly', target: 'docker:a' as const },
    { code: 'VOLUME.BROKEN', message: 'c is broken', target: 'docker:c' as const },
  ]
  expect(selectTargets(survey([a, c], [], problems), tide())).toEqual({
    targets: [a],
    skipped: [],
    warnings: [{ code: 'LABEL.UNKNOWN', message: 'salvage.xyz' }],
  })
  expect(selectTargets(survey([a, c], [], problems), tide({ targets: ['docker:c'] })).skipped).toEqual([
    { target: 'docker:c', finding: { code: 'VOLUME.BROKEN', message: 'c is broken' } },
  ])
})

test('without a name the problems of tides do not concern the run', () => {
  const problems = [{ code: 'LABEL.INVALID', message: 'unknown key', tide: 'daily', target: 'docker:a' as const }]
  const { name: _, ...nameless } = tide({ targets: ['docker:a'] })
  expect(selectTargets(survey([a], [], problems), nameless)).toEqual({ targets: [a], skipped: [], warnings: [] })
})

test('a target that nobody knows is an error with what is known about it', () => {
  const place = survey([target('shop_pgdata'), target('media')])
  expect(() => selectTargets(place, tide({ targets: ['docker:shop_pgdta'] }))).toThrow(
    expect.objectContaining({
      code: 'TARGET.UNKNOWN',
      message: 'there is no target docker:shop_pgdta',
      hint: 'did you mean docker:shop_pgdata?',
    }),
  )
  expect(() => selectTargets(place, tide({ targets: ['dir:media'] }))).toThrow(
    expect.objectContaining({ hint: 'did you mean docker:media?' }),
  )
  const problem = { code: 'DIR.MISSING', message: '/srv is no directory', hint: 'make it', target: 'dir:/srv' as const }
  expect(() => selectTargets(survey([a], [], [problem]), tide({ targets: ['dir:/srv'] }))).toThrow(
    expect.objectContaining({ code: 'TARGET.UNKNOWN', why: '/srv is no directory', hint: 'make it' }),
  )
})

test('a target that is known and cannot be had has no other one suggested in its place', () => {
  const down = {
    target: 'dump:pg2' as const,
    message: 'container pg2 does not run',
    why: 'it is exited',
    hint: 'start it',
  }
  const live = survey([target('pg')], [], [{ ...down, code: 'DUMP.NOT_RUNNING' }])
  const place = { ...live, targets: live.targets.map((one) => ({ ...one, ref: 'dump:pg' as const })) }
  expect(() => selectTargets(place, tide({ targets: ['dump:pg2'] }))).toThrow(
    expect.objectContaining({
      code: 'DUMP.NOT_RUNNING',
      message: 'dump:pg2 does not run',
      why: 'container pg2 does not run: it is exited',
      hint: 'start it',
    }),
  )
  const wrong = { ...place, problems: [{ ...down, code: 'LABEL.DUMP' }] }
  expect(() => selectTargets(wrong, tide({ targets: ['dump:pg2'] }))).toThrow(
    expect.objectContaining({ code: 'TARGET.UNKNOWN', hint: 'start it' }),
  )
})

test('a target that is none for a slip beside it is told with that slip', () => {
  const slip = {
    code: 'LABEL.UNKNOWN',
    message: 'container pg, label salvage.dmp: it means nothing',
    hint: 'did you mean "salvage.dump"?',
    about: 'dump:pg' as const,
  }
  const place = survey([target('web')], [], [slip])
  expect(() => selectTargets(place, tide({ targets: ['dump:pg'] }))).toThrow(
    expect.objectContaining({
      code: 'TARGET.UNKNOWN',
      why: expect.stringMatching(/^there is nothing of the kind dump: here; .*salvage\.dmp/),
      hint: slip.hint,
    }),
  )
  expect(selectTargets(place, tide({ targets: ['docker:web'] })).warnings).toHaveLength(1)
})

test('a long scheme in common makes no two names look alike; then those that are there are named', () => {
  expect(() => selectTargets(survey([target('web')]), tide({ targets: ['docker:db'] }))).toThrow(
    expect.objectContaining({
      why: 'the only docker: target that was found is another',
      hint: 'there is docker:web',
    }),
  )
  const many = survey(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7'].map((name) => target(name)))
  expect(() => selectTargets(many, tide({ targets: ['docker:zzzzzz'] }))).toThrow(
    expect.objectContaining({ hint: 'there are docker:v1, docker:v2, docker:v3, docker:v4, docker:v5 and 2 more' }),
  )
  expect(() => selectTargets(survey([]), tide({ targets: ['docker:db'] }))).toThrow(
    expect.objectContaining({ why: 'there is nothing of the kind docker: here' }),
  )
})

test('a tide that covers nothing is an error', () => {
  const place = survey([a, b])
  expect(() => selectTargets(place, tide({ name: 'dialy' }))).toThrow(
    expect.objectContaining({ code: 'TIDE.EMPTY', hint: 'did you mean daily?' }),
  )
  const { name: _, ...nameless } = tide()
  expect(() => selectTargets(place, nameless)).toThrow(expect.objectContaining({ code: 'TIDE.EMPTY' }))
  const problems = [{ code: 'VOLUME.MISSING', message: 'no x', tide: 'hourly', target: 'docker:x' as const }]
  expect(selectTargets(survey([a], [], problems), tide({ name: 'hourly' })).skipped).toHaveLength(1)
})
