import { expect, test } from 'vitest'
import { containerNames } from './container-names.ts'

const id = (number: number): string => number.toString(16).padStart(64, '0')

test('a container that was looked at is called by its name, others as they are said', () => {
  const names = containerNames()
  names.learn({ id: id(1), name: 'db' })
  expect(names.of(id(1))).toBe('db')
  names.learn({ id: id(1), name: 'renamed' })
  expect(names.of(id(1))).toBe('renamed')
  expect(names.of(id(2))).toBe('000000000000')
  expect(names.of('web')).toBe('web')
})

test('those that were looked at long ago are forgotten', () => {
  const names = containerNames()
  for (let number = 0; number <= 2000; number += 1) names.learn({ id: id(number), name: `c${String(number)}` })
  expect(names.of(id(0))).toBe('000000000000')
  expect(names.of(id(1))).toBe('c1')
  expect(names.of(id(2000))).toBe('c2000')
})
