import { expect, test } from 'vitest'
import { parseRootLabels } from './root-labels.ts'

const read = (settings: Record<string, string>): ReturnType<typeof parseRootLabels> => {
  const labels = Object.entries({ image: 'i', ...settings }).map(([key, value]) => [`salvage.cranes.c.${key}`, value])
  return parseRootLabels(Object.fromEntries(labels), 'root')
}

test('secrets and a network', () => {
  const { cranes, problems } = read({ 'secret.KEY': '/etc/key', 'secret.a.b': '/x y', network: 'backup' })
  expect(problems).toEqual([])
  expect(cranes['c']).toMatchObject({ secrets: { KEY: '/etc/key', 'a.b': '/x y' }, network: 'backup' })
})

test.each([
  ['secret.a/b', '/x'],
  ['secret.KEY', 'x'],
  ['secret.KEY', ''],
  ['network', ' '],
])('%s=%s leaves the crane out', (key, value) => {
  const { cranes, problems } = read({ [key]: value })
  expect(cranes).toEqual({})
  expect(problems).toMatchObject([{ code: 'LABEL.CRANE', message: expect.stringContaining(key.split('.')[0] ?? '') }])
})
