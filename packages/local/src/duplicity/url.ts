import { SalvageError } from '@salvage-kit/core'

const SCHEME = /^[a-z][a-z0-9+-]*:\/\//
/** A user name may hold an `@`; a port is followed by none. */
const PASSWORD = /:\/\/[^/\s]*?:([^/\s]+)@/
const FILE = 'file://'

/**
 * A URL of duplicity that means the same in every process: an absolute path is a `file://` URL, and what goes before a
 * path of this machine is without a slash at its end. Every other URL stays as it is, since slashes mean something to
 * duplicity (`sftp://host/here` is below the home of the user, `sftp://host//there` is not).
 *
 * Throws `STORE.SECRET_IN_ADDRESS` for a URL with a password, `REFERENCE.INVALID` for what is no URL.
 */
export function normaliseUrl(text: string): string {
  if (PASSWORD.test(text))
    throw new SalvageError('STORE.SECRET_IN_ADDRESS', `the URL ${withoutPasswords(text)} holds a password`, {
      why: 'references stand in plans, journals and logs, where no secret may be',
      hint: 'leave it out of the URL and set FTP_PASSWORD, or name a file under credentials: in the configuration',
    })
  const url = text.startsWith('/') ? `${FILE}${text}` : text
  if (url.startsWith(FILE)) {
    if (!url.startsWith(`${FILE}/`)) throw invalid(text, 'the path of a file:// URL is absolute')
    return `${FILE}/${url
      .slice(FILE.length)
      .replaceAll(/\/+/g, '/')
      .replaceAll(/^\/|\/$/g, '')}`
  }
  if (!SCHEME.test(url)) throw invalid(text, 'it has no scheme')
  return url
}

/** The folder of a URL of this machine; undefined for one elsewhere. */
export function localFolder(url: string): string | undefined {
  return url.startsWith(FILE) ? url.slice(FILE.length) : undefined
}

/** A text that may hold URLs, without the passwords in them. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(new RegExp(PASSWORD.source, 'g'), (match, password: string) =>
    match.replace(`:${password}@`, ':***@'),
  )
}

function invalid(text: string, why: string): SalvageError {
  return new SalvageError('REFERENCE.INVALID', `${JSON.stringify(text)} is not a URL of duplicity`, {
    why,
    hint: 'write it like file:///backups, sftp://user@host//backups or a path of this machine',
  })
}
