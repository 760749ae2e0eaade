import { expect, test } from 'vitest'
import { containerText } from './container-text.ts'
import { withhold } from './secret.ts'

test('only variables of the container are filled in; a password never runs', () => {
  expect(containerText('${POSTGRES_USER}')).toEqual([{ variable: 'POSTGRES_USER' }])
  expect(containerText('a-$B_1.c')).toEqual([{ text: 'a-' }, { variable: 'B_1' }, { text: '.c' }])
  expect(containerText('p"$(rm -rf /)`x`${}$1')).toEqual([{ text: 'p"$(rm -rf /)`x`${}$1' }])
  expect(containerText('')).toEqual([{ text: '' }])
})

test('what a password says by itself goes by the environment', () => {
  const { settings, environment } = withhold({ user: 'me', password: "it's ${A}\n$(id)" })
  expect(settings).toEqual({ user: 'me', password: '${SALVAGE_SECRET_0}${A}${SALVAGE_SECRET_2}' })
  expect(environment).toEqual({ SALVAGE_SECRET_0: "it's ", SALVAGE_SECRET_2: '\n$(id)' })
  expect(withhold({ password: '${DB}' }).environment).toEqual({})
})
