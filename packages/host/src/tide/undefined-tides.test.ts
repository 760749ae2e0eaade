import { expect, test } from 'vitest'
import { undefinedTides } from './undefined-tides.ts'

const source = { medium: 'directory', path: '/v' } as const
const config = {
  config: { directories: [{ path: '/srv/app', tides: ['nightly', 'nightyl'] }] },
  placeOf: (path: readonly (string | number)[]) => `f:${path.join('.')}`,
}

test('a tide that nobody defines is told with who names it, where, and what was meant', () => {
  const targets = [
    { ref: 'docker:a', source, tides: ['nightly'] },
    { ref: 'docker:b', source, tides: ['nihgtly', 'weekend'] },
  ] as const
  expect(undefinedTides(new Set(['nightly']), config, targets)).toMatchObject([
    {
      code: 'TIDE.UNDEFINED',
      message: 'f:directories.0.tides.1: dir:/srv/app belongs to the tide "nightyl", which is defined nowhere',
      hint: 'did you mean "nightly"?',
    },
    { message: 'docker:b belongs to the tide "nihgtly", which is defined nowhere', hint: 'did you mean "nightly"?' },
    {
      message: 'docker:b belongs to the tide "weekend", which is defined nowhere',
      hint: expect.stringMatching(/tides:/),
    },
  ])
})

test('what is defined is no slip', () => {
  expect(undefinedTides(new Set(['nightly', 'nightyl']), config, [])).toEqual([])
})
