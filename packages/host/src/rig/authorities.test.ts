import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { authorities } from './authorities.ts'

const [ONE = '', OTHER = ''] = rootCertificates

test('a file of certificates is taken as it is, with what people write between them', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'ca.pem')
  const text = `# ours\n${ONE}\n# the former one\n${OTHER}\n`
  writeFileSync(file, text)
  expect(await authorities(file)).toBe(text)
})

test.each([
  ['nothing', ''],
  ['a blank line', '\n'],
  ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ['the begin of one', ONE.slice(0, 200)],
  ['a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['a good one and a broken one', `${ONE}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`],
])('%s is refused, and the authorities of the system do not count in its place', async (_, text) => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'ca.pem')
  writeFileSync(file, text)
  await expect(authorities(file)).rejects.toMatchObject({
    code: 'PREFLIGHT.RANCHER',
    message: expect.stringContaining(file),
  })
})

test('a file that is not there is one clear error', async () => {
  await expect(authorities('/nonexistent/ca.pem')).rejects.toMatchObject({ code: 'PREFLIGHT.RANCHER' })
})
