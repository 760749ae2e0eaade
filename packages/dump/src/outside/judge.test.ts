import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { StoredPart } from './prove.ts'
import { judgeDump } from './judge.ts'

const options = { signal: new AbortController().signal }
const file = (name: string, content: string): StoredPart => ({
  name,
  open: () => Readable.from([Buffer.from(content)]),
})

test('what a format tells of itself is looked at', async () => {
  await expect(judgeDump([file('shop.sql', 'INSERT INTO t')], options)).rejects.toMatchObject({
    code: 'DUMP.NOT_WHOLE',
    untouched: true,
  })
  await expect(judgeDump([file('redis.rdb', 'REDIS0009')], options)).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
  await expect(judgeDump([file('globals.sql', 'CREATE ROLE'), file('a.dump', 'PGDMP')], options)).rejects.toMatchObject(
    { code: 'DUMP.NOT_WHOLE' },
  )
  await expect(judgeDump([file('a.dump', '')], options)).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
})

test('and it is said when that is little', async () => {
  expect(await judgeDump([file('a.dump', 'PGDMP')], options)).toMatch(/bytes alone/)
})

test.each([[[]], [[file('a.txt', 'x')]], [[file('a.dump', 'x'), file('redis.rdb', 'x')]]])(
  'files of no dump are none (%#)',
  async (files) => {
    await expect(judgeDump(files, options)).rejects.toMatchObject({ code: 'DUMP.NO_DUMP' })
  },
)
