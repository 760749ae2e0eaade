import { resolve } from 'node:path'
import { reference } from '@salvage-kit/core'
import type { Store } from '@salvage-kit/core'
import { mustAgree } from './must-agree.ts'
import { passedOptions } from './passed-options.ts'
import type { DuplicityStoreOptions } from './settings.ts'
import { normaliseUrl } from './url.ts'

/**
 * A URL of duplicity as a store. Throws `STORE.SECRET_IN_ADDRESS`, `STORE.OPTION_REFUSED` and `REFERENCE.INVALID`.
 */
export function duplicityStore(url: string, options: DuplicityStoreOptions = {}): Store {
  const normal = normaliseUrl(url)
  passedOptions(options.options ?? [])
  mustAgree(options)
  const { passphraseFile, gnupgHome, credentials, options: passed, ...others } = options
  return {
    ref: reference(`duplicity:${normal}`),
    crane: 'duplicity',
    settings: {
      url: normal,
      ...others,
      ...(passed === undefined ? {} : { options: [...passed] }),
      ...(passphraseFile === undefined ? {} : { passphraseFile: resolve(passphraseFile) }),
      ...(gnupgHome === undefined ? {} : { gnupgHome: resolve(gnupgHome) }),
      ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    },
  }
}
