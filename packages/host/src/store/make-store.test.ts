import { expect, test } from 'vitest'
import { makeStore, storeByReference } from './make-store.ts'

const names = {
  stores: {
    open: { kind: 'duplicity', url: 'file:///open', encryption: 'none' },
    closed: { kind: 'duplicity', url: 'file:///closed' },
  },
  cranes: [],
} as const
const options = { names, directory: '/', passwordFile: '/etc/passphrase' }

test('a password file for a store that is not encrypted is refused, and no other store is in its way', async () => {
  await expect(makeStore('open', options)).rejects.toMatchObject({ code: 'STORE.OPTION_REFUSED' })
  expect(await storeByReference('duplicity:file:///closed', options)).toMatchObject({
    settings: { passphraseFile: '/etc/passphrase' },
  })
  await expect(storeByReference('duplicity:file:///open', options)).rejects.toMatchObject({
    code: 'STORE.OPTION_REFUSED',
  })
})
