import { SalvageError } from '@salvage-kit/core'

/** What follows an option. */
type Arity = 'flag' | 'value'

/** Where an option goes. */
interface Known {
  readonly takes: Arity
  /** Only where something is copied; else duplicity gets it in every call. */
  readonly only?: 'backup'
}

const FLAG: Known = { takes: 'flag' }
const VALUE: Known = { takes: 'value' }

/** Options that say how the far end is reached or how much work is done at once, and nothing about what a copy is. */
const KNOWN: Readonly<Record<string, Known>> = {
  '--allow-source-mismatch': { takes: 'flag', only: 'backup' },
  '--asynchronous-upload': { takes: 'flag', only: 'backup' },
  '--max-blocksize': { takes: 'value', only: 'backup' },
  '--no-compression': { takes: 'flag', only: 'backup' },
  '--azure-blob-tier': VALUE,
  '--azure-max-block-size': VALUE,
  '--azure-max-connections': VALUE,
  '--azure-max-single-put-size': VALUE,
  '--b2-hide-files': FLAG,
  '--backend-retry-delay': VALUE,
  '--cf-backend': VALUE,
  '--config-dir': VALUE,
  '--ftp-passive': FLAG,
  '--ftp-regular': FLAG,
  '--gio': FLAG,
  '--gpg-binary': VALUE,
  '--gpg-options': VALUE,
  '--idr-fakeroot': VALUE,
  '--imap-full-address': FLAG,
  '--imap-mailbox': VALUE,
  '--metadata-sync-mode': VALUE,
  '--mf-purge': FLAG,
  '--mp-segment-size': VALUE,
  '--num-retries': VALUE,
  '--par2-options': VALUE,
  '--par2-redundancy': VALUE,
  '--par2-volumes': VALUE,
  '--rsync-options': VALUE,
  '--s3-endpoint-url': VALUE,
  '--s3-european-buckets': FLAG,
  '--s3-kms-grant': VALUE,
  '--s3-kms-key-id': VALUE,
  '--s3-multipart-chunk-size': VALUE,
  '--s3-multipart-max-procs': VALUE,
  '--s3-multipart-max-timeout': VALUE,
  '--s3-region-name': VALUE,
  '--s3-unencrypted-connection': FLAG,
  '--s3-use-deep-archive': FLAG,
  '--s3-use-glacier': FLAG,
  '--s3-use-glacier-ir': FLAG,
  '--s3-use-ia': FLAG,
  '--s3-use-multiprocessing': FLAG,
  '--s3-use-new-style': FLAG,
  '--s3-use-onezone-ia': FLAG,
  '--s3-use-rrs': FLAG,
  '--s3-use-server-side-encryption': FLAG,
  '--s3-use-server-side-kms-encryption': FLAG,
  '--scp-command': VALUE,
  '--sftp-command': VALUE,
  '--sign-key': VALUE,
  '--ssh-options': VALUE,
  '--ssl-cacert-file': VALUE,
  '--ssl-cacert-path': VALUE,
  '--ssl-no-check-certificate': FLAG,
  '--swift-storage-policy': VALUE,
  '--timeout': VALUE,
  '--use-agent': FLAG,
}

/** Options of duplicity with a setting of their own. */
const SETTINGS: Readonly<Record<string, string>> = {
  '--encrypt-key': 'encryptKey',
  '--hidden-encrypt-key': 'encryptKey',
  '--no-encryption': 'encryption: none',
  '--full-if-older-than': 'fullIfOlderThan',
  '--volsize': 'volumeMegabytes',
}

const SECRET = /passphrase|password|:\/\/[^/\s]*?:[^/\s]+@/i

/** Options as a call gets them. */
export interface PassedOptions {
  /** For every call. */
  readonly always: readonly string[]
  /** Besides, for a backup. */
  readonly backup: readonly string[]
}

/**
 * Sorts the options that a person wants passed on, one word each as a shell would give them. Options that would change
 * what a copy is (`--exclude`), where it stands (`--archive-dir`, `--file-prefix`) or hide that it is not whole
 * (`--ignore-errors`) are not among those that may be passed, nor are abbreviations. Throws `STORE.OPTION_REFUSED`.
 */
export function passedOptions(words: readonly string[]): PassedOptions {
  const always: string[] = []
  const backup: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const equals = word.indexOf('=')
    const name = equals === -1 ? word : word.slice(0, equals)
    const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
    if (known === undefined) throw refused(name, whyNot(name))
    const into = known.only === 'backup' ? backup : always
    if (known.takes === 'flag') {
      if (equals !== -1) throw refused(name, 'it takes no value')
      into.push(name)
      continue
    }
    const value = equals === -1 ? words[(at += 1)] : word.slice(equals + 1)
    if (value === undefined) throw refused(name, 'its value is missing')
    if (SECRET.test(value)) throw refused(name, 'its value holds or names a password, and arguments can be read by all')
    into.push(`${name}=${value}`)
  }
  return { always, backup }
}

function whyNot(name: string): string {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
  if (setting !== undefined) return `it is a setting of the store: ${setting}`
  if (!name.startsWith('-')) return 'it is not an option'
  return 'it is not among those that may be passed on, which say how the far end is reached and not what is copied'
}

function refused(name: string, why: string): SalvageError {
  return new SalvageError('STORE.OPTION_REFUSED', `the option ${JSON.stringify(name)} is not passed to duplicity`, {
    why,
    hint: 'docs/duplicity.md lists those that are',
  })
}
