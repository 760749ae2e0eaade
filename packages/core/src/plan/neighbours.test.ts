import { expect, test } from 'vitest'
import { workload } from '../../test/plan/build.ts'
import { neighboursOf } from './neighbours.ts'

test('knows who uses targets, each once, and who lives in whom', () => {
  const b = workload('b', ['x', 'y'])
  const a = { ...workload('a', ['y']), livesIn: ['docker:b', 'docker:gone'] }
  const { usersOf, guestsOf, needs } = neighboursOf([b, a, workload('c', ['z'], { dependsOn: ['docker:a'] })])
  expect(usersOf(['docker:x', 'docker:y', 'docker:none'])).toEqual([a, b])
  expect(usersOf([])).toEqual([])
  expect(guestsOf('docker:b')).toEqual([a])
  expect(guestsOf('docker:a')).toEqual([])
  expect(needs.get('docker:c')).toEqual(['docker:a'])
})
