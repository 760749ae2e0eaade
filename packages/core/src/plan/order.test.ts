import { expect, test } from 'vitest'
import { workload } from '../../test/plan/build.ts'
import { neighboursOf } from './neighbours.ts'
import { restOrder } from './order.ts'

function service(name: string, ...needs: readonly string[]): ReturnType<typeof workload> {
  return workload(name, ['a'], { dependsOn: needs.map((need) => `docker:${need}`) })
}

function levels(members: readonly ReturnType<typeof workload>[], all = members): readonly (readonly string[])[] {
  return restOrder(members, neighboursOf(all).needs).levels.map((level) => level.map((one) => one.name))
}

test('dependants come first, independent ones at once', () => {
  expect(levels([service('db'), service('app', 'db', 'cache'), service('web', 'app'), service('cache')])).toEqual([
    ['web'],
    ['app'],
    ['cache', 'db'],
  ])
})

test('a workload outside the members passes its dependencies on', () => {
  const web = service('web', 'app')
  const db = service('db')
  expect(levels([db, web], [db, web, service('app', 'db')])).toEqual([['web'], ['db']])
})

test('the longest way counts', () => {
  expect(levels([service('a', 'd', 'b'), service('b', 'c'), service('c', 'd'), service('d')])).toEqual([
    ['a'],
    ['b'],
    ['c'],
    ['d'],
  ])
})

test('a circle comes to rest together, after its dependants and before its dependencies', () => {
  const members = [service('x', 'y'), service('y', 'z'), service('z', 'x', 'db'), service('db'), service('web', 'y')]
  expect(levels(members)).toEqual([['web'], ['x', 'y', 'z'], ['db']])
  expect(restOrder(members, neighboursOf(members).needs).cycles).toEqual([['docker:x', 'docker:y', 'docker:z']])
})

test('a circle through one member alone, or of a workload with itself, is none', () => {
  const x = service('x', 'y', 'x')
  expect(restOrder([x], neighboursOf([x, service('y', 'x')]).needs)).toEqual({ levels: [[x]], cycles: [] })
})

test('a long chain and unknown ids are fine', () => {
  const chain = Array.from({ length: 500 }, (_, n) => service(`s${String(n)}`, `s${String(n + 1)}`))
  expect(levels(chain.toReversed())).toEqual(chain.map((one) => [one.name]))
})
