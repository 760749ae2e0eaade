import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { depotOf, withoutSecrets } from './depot.ts'
import { duplicityStore } from './duplicity-store.ts'

test('a passphrase is masked, unless masking would leave no word whole', () => {
  expect(withoutSecrets('the next: hunter2', { secrets: { PASSPHRASE: 'hunter2' } })).toBe('the next: ***')
  expect(withoutSecrets('the next: hunter2', { secrets: { PASSPHRASE: 'x' } })).toBe('the next: hunter2')
})

test('a password file that is not there is said to be missing, by its name', async () => {
  using folder = temporaryDirectory()
  const passphraseFile = join(folder.path, 'nofile')
  await expect(depotOf(folder.path, duplicityStore('file:///far', { passphraseFile }))).rejects.toMatchObject({
    code: 'STORE.NO_PASSWORD',
    message: expect.stringContaining(`there is no file ${passphraseFile}`),
  })
})
