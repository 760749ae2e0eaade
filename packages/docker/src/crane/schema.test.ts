import { expect, test } from 'vitest'
import { ContainerCraneConfig } from './schema.ts'

test('reads a crane and fills in what is not said', () => {
  expect(ContainerCraneConfig.parse({ image: 'registry:5000/me/crane@sha256:abc' })).toEqual({
    image: 'registry:5000/me/crane@sha256:abc',
    pull: 'missing',
    env: {},
    mounts: {},
  })
  expect(ContainerCraneConfig.parse({ image: 'x', env: { A: 1, B: true, 'c.d': '' } }).env).toEqual({
    A: '1',
    B: 'true',
    'c.d': '',
  })
})

test.each([
  ['no image', {}, 'image'],
  ['a blank in the image', { image: 'a b' }, 'image'],
  ['an unknown key', { image: 'x', imagee: 'y' }, ''],
  ['an unknown pull', { image: 'x', pull: 'Always' }, 'pull'],
  ['T-26: no slots', { image: 'x', maxConcurrent: 0 }, 'maxConcurrent'],
  ['less than none', { image: 'x', maxConcurrent: -1 }, 'maxConcurrent'],
  ['half a slot', { image: 'x', maxConcurrent: 1.5 }, 'maxConcurrent'],
  ['a variable without a name', { image: 'x', env: { '': 'y' } }, 'env.'],
  ['a variable with an equals sign', { image: 'x', env: { 'A=B': 'y' } }, 'env.A=B'],
  ['a NUL in a value', { image: 'x', env: { A: 'a\0b' } }, 'env.A'],
  ['a mount over the volume', { image: 'x', mounts: { aa: '/salvage/volume' } }, 'mounts'],
])('refuses %s, and says where', (_, input, where) => {
  const { error } = ContainerCraneConfig.safeParse(input)
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([where])
})
