import { describe, expect, test } from 'vitest'
import { workload } from '../../test/plan/build.ts'
import { groupTargets } from './grouping.ts'
import type { Grouping } from './plan.ts'

const refs = ['docker:e', 'docker:d', 'docker:c', 'docker:b', 'docker:a'] as const

const shop = [
  workload('web', ['a', 'b'], { project: 'shop' }),
  workload('db', ['c'], { project: 'shop' }),
  workload('other', ['d'], { project: 'other' }),
]

describe('a project with a web container of two volumes and a database, another one, and a volume without user', () => {
  test.each<[Grouping, string[][]]>([
    ['individual', [['docker:a'], ['docker:b'], ['docker:c'], ['docker:d'], ['docker:e']]],
    ['smart', [['docker:a', 'docker:b'], ['docker:c'], ['docker:d'], ['docker:e']]],
    ['project', [['docker:a', 'docker:b', 'docker:c'], ['docker:d'], ['docker:e']]],
  ])('%s', (grouping, groups) => {
    expect(groupTargets(refs, shop, grouping)).toEqual(groups)
  })
})

test('targets are connected through others', () => {
  const chain = [workload('x', ['a', 'b']), workload('y', ['b', 'c']), workload('z', ['d', 'e'])]
  expect(groupTargets(refs, chain, 'smart')).toEqual([
    ['docker:a', 'docker:b', 'docker:c'],
    ['docker:d', 'docker:e'],
  ])
})

test('a project connects through targets that its workloads share with others', () => {
  const mixed = [
    workload('x', ['a'], { project: 'p' }),
    workload('y', ['b'], { project: 'p' }),
    workload('z', ['b', 'c']),
    workload('q', ['c', 'd'], { project: 'q' }),
    workload('r', ['e'], { project: 'q' }),
  ]
  expect(groupTargets(refs, mixed, 'project')).toEqual([[...refs].toSorted()])
})

test('a stopped workload does not connect, one that is left running does', () => {
  const stopped = [workload('x', ['a', 'b'], { state: 'stopped' }), workload('y', ['c', 'd'], { left: 'ignored' })]
  expect(groupTargets(refs, stopped, 'smart')).toEqual([
    ['docker:a'],
    ['docker:b'],
    ['docker:c', 'docker:d'],
    ['docker:e'],
  ])
})

test('a stopped workload does not bring its project into play', () => {
  const projects = [workload('x', ['a'], { project: 'p', state: 'stopped' }), workload('y', ['b'], { project: 'p' })]
  expect(groupTargets(['docker:a', 'docker:b'], projects, 'project')).toEqual([['docker:a'], ['docker:b']])
})

test('targets without workloads come last, together unless each is for itself', () => {
  const one = [workload('x', ['d'])]
  expect(groupTargets(refs, one, 'smart')).toEqual([['docker:d'], ['docker:a', 'docker:b', 'docker:c', 'docker:e']])
  expect(groupTargets(['docker:a', 'docker:d'], one, 'individual')).toEqual([['docker:d'], ['docker:a']])
})

test('targets outside the plan connect nothing', () => {
  const chain = [workload('x', ['a', 'b']), workload('y', ['b', 'c'])]
  expect(groupTargets(['docker:a', 'docker:c'], chain, 'smart')).toEqual([['docker:a'], ['docker:c']])
})
