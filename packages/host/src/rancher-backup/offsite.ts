import { SalvageError } from '@salvage-kit/core'
import type { Finding, JsonObject } from '@salvage-kit/core'
import { splitWords } from '@salvage-kit/rancher'
import type { RancherBackupSettings } from '@salvage-kit/rancher'
import { withoutDropped } from './dropped-options.ts'

/** Where copies go, in the words of a configuration. */
export interface Offsite {
  readonly store: JsonObject
  /** Variables that duplicity needs besides: what stood in the URL and may be in no argument. */
  readonly environment: Readonly<Record<string, string>>
  readonly findings: readonly Finding[]
}

/**
 * The store in which the chains of rancher-backup stand: they have no prefix, so they go on as those of the directory.
 * Throws `RANCHER.SETTING`; messages repeat no password.
 */
export function offsite(
  { duplicity }: Pick<RancherBackupSettings, 'duplicity'>,
  directory: string,
  gnupgHome: string | undefined,
): Offsite {
  const { url, options, encryptKey, fullIfOlderThan, volsize, removeAllButNFull, removeAllIncOfButNFull } = duplicity
  if (url === undefined)
    throw new SalvageError('RANCHER.SETTING', 'duplicity.url is missing', {
      hint: 'as a variable of the environment it is BACKUP_DUPLICITY_URL',
    })
  const { address, environment } = withoutPassword(url)
  const { words, findings } = withoutDropped(options === undefined ? [] : optionWords(options))
  return {
    store: {
      kind: 'duplicity',
      url: address,
      target: `dir:${directory}`,
      ...(encryptKey === undefined ? { encryption: 'none' } : { encryptKey }),
      ...(encryptKey === undefined || gnupgHome === undefined ? {} : { gnupgHome }),
      fullIfOlderThan,
      volumeMegabytes: volsize,
      ...(words.length === 0 ? {} : { options: [...words] }),
      removeAllButNFull,
      removeAllIncOfButNFull,
    },
    environment,
    findings,
  }
}

/** A password in a URL stood in the arguments of every duplicity; where it is asked for, it reads this variable. */
function withoutPassword(url: string): { readonly address: string; readonly environment: Offsite['environment'] } {
  const [, before, password, after] = /^([a-z][a-z0-9+-]*:\/\/[^/\s:]*):([^/\s]+)(@.*)$/s.exec(url) ?? []
  if (before === undefined || password === undefined || after === undefined) return { address: url, environment: {} }
  return { address: `${before}${after}`, environment: { FTP_PASSWORD: decoded(password) } }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function optionWords(text: string): readonly string[] {
  const split = splitWords(text)
  if (split !== undefined && split.output === undefined) return split.words
  throw new SalvageError('RANCHER.SETTING', 'duplicity.options cannot be split into words', {
    why: 'it takes a shell: there is a quote without its partner, a variable, or something else that only a shell reads',
    hint: 'write the words themselves, such as --ssh-options="-oPort=2222"',
  })
}
