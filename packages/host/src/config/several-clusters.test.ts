import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'

test('the configurations of several clusters in the documentation are good, and share no state', () => {
  const text = readFileSync(new URL('../../../../docs/rancher.md', import.meta.url), 'utf8')
  const [, production = ''] = /```yaml\n(# \/etc\/salvage-kit\/production\.yaml[^]*?)```/.exec(text) ?? []
  const [one, other] = [production, production.replaceAll('production', 'staging')].map((yaml) => parseConfig(yaml))
  expect([one?.problems, other?.problems]).toEqual([[], []])
  expect(one?.config).toMatchObject({ rancher: { cluster: 'production' }, kubernetes: { name: 'production' } })
  expect(other?.config?.stores).toEqual(one?.config?.stores)
  expect(other?.config?.state).not.toBe(one?.config?.state)
})
