import { expect, test } from 'vitest'
import { capabilities, options, survey, target, tide, wavesOf, workload } from '../../test/plan/build.ts'
import type { Workload } from '../target/workload.ts'
import { makePlan } from './make-plan.ts'
import type { Plan } from './plan.ts'

const stop = { quiescer: 'docker-stop', settings: null }
const pause = { quiescer: 'docker-pause', settings: null }

function guest(id: string, home: string, more: Partial<Workload> = {}): Workload {
  const dependsOn = [`docker:${home}`]
  return { ...workload(id, []), quiesce: [stop], down: stop, dependsOn, livesIn: dependsOn, ...more }
}

function host(id: string, uses: readonly string[], more: Partial<Workload> = {}): Workload {
  return { ...workload(id, uses), quiesce: [stop], down: stop, ...more }
}

function plan(...workloads: readonly Workload[]): Plan {
  return makePlan(survey([target('a')], workloads), capabilities, tide(), options)
}

test('who lives in a workload that is stopped is stopped before it, and those in it before them', () => {
  const made = plan(host('vpn', ['a']), guest('web', 'vpn'), guest('probe', 'web'), guest('far', 'other'))
  expect(made.groups.map(wavesOf)).toEqual([
    [['docker-stop docker:probe'], ['docker-stop docker:web'], ['docker-stop docker:vpn']],
  ])
})

test('a guest that would be paused, or only run a command, is stopped', () => {
  const hook = { quiescer: 'docker-exec', settings: null }
  for (const quiesce of [[pause], [hook], []])
    expect(plan(host('vpn', ['a']), guest('web', 'vpn', { quiesce })).groups[0]?.quiesce[0]).toMatchObject([
      { workload: 'docker:web', quiescer: 'docker-stop' },
    ])
})

test('a guest that comes to rest for its own target is stopped too', () => {
  const made = plan(host('vpn', ['a']), guest('web', 'vpn', { uses: ['docker:a'], quiesce: [pause] }))
  expect(made.groups[0]?.quiesce.flat().map(({ quiescer }) => quiescer)).toEqual(['docker-stop', 'docker-stop'])
})

test('a host that is only paused, or down already, concerns nobody', () => {
  for (const more of [{ quiesce: [pause] }, { state: 'stopped' as const }, { state: 'paused' as const }])
    expect(plan(host('vpn', ['a'], more), guest('web', 'vpn')).groups[0]?.quiesce.flat()).not.toContainEqual(
      expect.objectContaining({ workload: 'docker:web' }),
    )
  expect(plan(host('vpn', ['a']), guest('web', 'vpn', { state: 'stopped' })).groups.map(wavesOf)).toEqual([
    [['docker-stop docker:vpn']],
  ])
})

test.each([
  ['was told to stay up', { left: 'it has the label ignore' }, 'it has the label ignore'],
  ['is refused', { refused: { code: 'X.Y', message: 'it was made with --rm' } }, 'it was made with --rm'],
  ['is paused', { state: 'paused' }, 'it is paused'],
] as const)('a guest that %s: the host is not stopped', (_, more, why) => {
  const made = plan(host('vpn', ['a']), guest('web', 'vpn', more))
  expect(made.groups).toEqual([])
  expect(made.skipped).toMatchObject([
    { target: 'docker:a', finding: { code: 'PLAN.GUEST', why: expect.stringContaining(why) } },
  ])
})
