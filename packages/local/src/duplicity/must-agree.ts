import { SalvageError } from '@salvage-kit/core'
import type { DuplicityStoreOptions } from './settings.ts'

/**
 * Who names a key or a passphrase wants it used: `encryption: none` beside one of them would leave everything open without
 * a word. Throws `STORE.OPTION_REFUSED`.
 */
export function mustAgree({
  encryption,
  encryptKey,
  passphraseFile,
}: Pick<DuplicityStoreOptions, 'encryption' | 'encryptKey' | 'passphraseFile'>): void {
  if (encryption === undefined) return
  const secret = passphraseFile === undefined ? undefined : 'a file with the passphrase'
  const other = encryptKey === undefined ? secret : `the key ${encryptKey}`
  if (other === undefined) return
  throw new SalvageError('STORE.OPTION_REFUSED', `encryption: none and ${other} contradict each other`, {
    why: 'nothing would be encrypted',
    hint: 'leave out encryption: none; or leave out encryptKey:, passphraseFile: and --password-file',
  })
}
