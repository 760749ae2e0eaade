import { expect, test } from 'vitest'
import { duplicityStore } from './duplicity-store.ts'
import { withTimeout } from './depot.ts'
import { DuplicityStoreConfig, settingsOf } from './settings.ts'

const url = 'file:///far'

test.each([{ encryptKey: 'ABCD' }, { passphraseFile: '/etc/passphrase' }])(
  'no encryption, and %j, is refused',
  (other) => {
    const both = { ...other, encryption: 'none' } as const
    expect(() => duplicityStore(url, both)).toThrow(expect.objectContaining({ code: 'STORE.OPTION_REFUSED' }))
    expect(settingsOf.safeParse({ url, ...both }).success).toBe(false)
    expect(DuplicityStoreConfig.safeParse({ kind: 'duplicity', url, ...both }).success).toBe(false)
    expect(settingsOf.safeParse(duplicityStore(url, other).settings).success).toBe(true)
    expect(settingsOf.safeParse(duplicityStore(url, { encryption: 'none' }).settings).success).toBe(true)
  },
)

test.each([
  ['rsync://host/x', ['--timeout=5'], ['--rsync-options=--timeout=120', '--timeout=5']],
  ['rsync://host/x', ['--rsync-options=-z'], ['--rsync-options=--timeout=120', '--rsync-options=-z']],
  ['rsync://host/x', ['--rsync-options=-z --timeout=9'], ['--rsync-options=-z --timeout=9']],
  ['sftp://host/x', [], []],
])('%s with %j does not wait for ever', (far, always, expected) => {
  expect(withTimeout(far, { always, backup: [] }).always).toEqual(expected)
})
