import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { readKey } from './read-key.ts'

const SECRET = 'hidden-word'
const KEY = { name: 'ACCESS', secret: SECRET }

test.each([`ACCESS\n${SECRET}\n`, `ACCESS\r\n${SECRET}\r\n`, `ACCESS:${SECRET}`])('%j holds a key', async (text) => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'key')
  writeFileSync(file, text)
  expect(await readKey({ keyFile: file }, { CATTLE_ACCESS_KEY: 'other' })).toEqual(KEY)
})

test.each(['', '\n', SECRET, `ACCESS\n${SECRET}\nmore`])('%j holds none, and is not repeated', async (text) => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'key')
  writeFileSync(file, text)
  const error: unknown = await readKey({ keyFile: file }, {}).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PREFLIGHT.CATTLE', message: expect.stringContaining(file) })
  expect(JSON.stringify(error)).not.toContain(SECRET)
})

test('two files, or variables, say the same; nothing says none', async () => {
  using folder = temporaryDirectory()
  const [accessKeyFile, secretKeyFile] = [join(folder.path, 'a'), join(folder.path, 's')]
  writeFileSync(accessKeyFile, 'ACCESS\n')
  writeFileSync(secretKeyFile, SECRET)
  expect(await readKey({ accessKeyFile, secretKeyFile }, {})).toEqual(KEY)
  expect(await readKey({}, { CATTLE_ACCESS_KEY: 'ACCESS', CATTLE_SECRET_KEY: SECRET })).toEqual(KEY)
  expect(await readKey({}, { CATTLE_SECRET_KEY: SECRET })).toBeUndefined()
  await expect(readKey({ keyFile: '/nonexistent/key' }, {})).rejects.toMatchObject({ code: 'PREFLIGHT.CATTLE' })
})
