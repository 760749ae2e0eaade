import { expect, test } from 'vitest'
import { cattleAddress, openRancher } from '../../src/index.ts'
import type { RancherOptions } from '../../src/index.ts'
import { world } from '../simulator/small-world.ts'
import { yard } from './yard.ts'

const { signal } = new AbortController()

test('a survey warns of a key that goes to another machine in the clear, and finds all the same', async () => {
  await using here = await yard(world([{ image: 'docker:postgres:9.6', env: { POSTGRES_PASSWORD: 'x' } }]))
  const { api } = here.options
  if (api === undefined) throw new Error('a yard without an API')
  const codes = async (options: Partial<RancherOptions>): Promise<readonly string[]> => {
    const { items, problems } = await openRancher({ ...here.options, ...options }).survey({ signal })
    expect(items.map(({ ref }) => ref)).toContain('rancher:app/db')
    return problems.filter(({ target }) => target === undefined).map(({ code }) => code)
  }
  expect(await codes({})).not.toContain('RANCHER.UNENCRYPTED')
  const away = { ...api, address: cattleAddress('http://rancher.example.org:8080') }
  expect(await codes({ api: away })).toContain('RANCHER.UNENCRYPTED')
  expect(await codes({ api: away, allowHttp: true })).not.toContain('RANCHER.UNENCRYPTED')
})
