import { SalvageError } from '@salvage-kit/core'
import { withoutSecrets } from './depot.ts'
import type { Depot } from './depot.ts'
import { lastWords } from './last-words.ts'
import type { LogRecord } from './log-record.ts'
import { withoutPasswords } from './url.ts'

/** How duplicity ended. */
export interface DuplicityEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  /** The last of its error output. */
  readonly errors: string
  /** Its errors, as it tells them to programs. */
  readonly records: readonly LogRecord[]
}

interface Known {
  readonly code: string
  readonly exits?: readonly number[]
  readonly words?: RegExp
  readonly message: (where: string) => string
  readonly hint?: string
  readonly retryable?: boolean
}

/**
 * In the order in which they are looked for: what comes first hides what comes later. Commands with their options may stand
 * among the words.
 */
const KNOWN: readonly Known[] = [
  {
    code: 'STORE.LOCKED',
    words: /Another (?:duplicity )?instance is already running/,
    message: (where) => `another duplicity of this machine works on ${where}`,
    hint: 'wait for its end',
    retryable: true,
  },
  {
    code: 'ARCHIVE.DAMAGED',
    exits: [4, 5, 6, 21, 44],
    words:
      /hash mismatch|CRC error|invalid packet|message was not integrity protected|encrypted message has been manipulated/,
    message: (where) => `a copy in ${where} is damaged`,
  },
  {
    code: 'STORE.WRONG_PASSWORD',
    words: /Bad session key|[Bb]ad passphrase|decryption failed: (?:Bad|No secret)|[Nn]o secret key/,
    message: (where) => `the passphrase or the key does not open ${where}`,
    hint: 'name the right file with --password-file, or see that the key is in the key ring',
  },
  {
    code: 'STORE.NO_KEY',
    words: /[Nn]o public key|[Uu]nusable public key|skipped: (?:No|Unusable)|no assurance this key belongs/,
    message: (where) => `GnuPG cannot encrypt for the key of ${where}`,
    hint: 'import the key, and say that it is trusted: options: [--gpg-options=--trust-model=always]',
  },
  {
    code: 'STORE.FULL',
    exits: [53],
    words: /[Nn]o space left on device|quota exceeded|Errno 28/,
    message: (where) => `${where} or the place for temporary files is full`,
    hint: 'make room; duplicity keeps one or two volumes at a time in the state directory',
  },
  {
    code: 'STORE.UNREACHABLE',
    exits: [38, 47],
    words:
      /[Uu]nable to connect|ssh connection to .* failed|[Cc]onnection (?:refused|reset|closed|timed out)|[Nn]o such host|[Nn]o route to host|unreachable|(?<!-)timed? ?out|Name or service not known|Permission denied \(publickey|Host key verification failed|Authentication failed|not found in known_hosts/,
    message: (where) => `${where} cannot be reached`,
    hint: 'see that its host and port are right, that it is up, and that this user may log in there',
    retryable: true,
  },
  {
    code: 'STORE.NOT_FOUND',
    words: /change_dir .* failed: No such file|failed: No such file or directory \(2\)|NoSuchBucket/,
    message: (where) => `there is nothing at ${where}`,
    hint: 'make the directory or the bucket there: over rsync duplicity does not',
  },
  {
    code: 'STORE.UNREACHABLE',
    exits: [8, 51],
    words: /UnsupportedBackendScheme|InvalidBackendURL|Could not initialize backend|Bad URL/,
    message: (where) => `${where} cannot be opened`,
    hint: 'correct the URL: it is written like file:///backups, sftp://user@host//backups or rsync://user@host//backups',
  },
  {
    code: 'RESTORE.POINT_UNKNOWN',
    exits: [19, 20],
    words: /No backup chains found/,
    message: (where) => `${where} has no such restore point`,
    hint: '"salvage-kit list --from STORE" shows those that stand',
  },
]

/**
 * The error for a call of duplicity that failed, from its words and then its exit code. `otherwise` is the code of a
 * failure that is none of the known ones.
 */
export function failure(
  what: string,
  end: DuplicityEnd,
  depot: Pick<Depot, 'ref' | 'secrets'>,
  otherwise = 'CRANE.FAILED',
): SalvageError {
  const told = end.records.map(({ text }) => text).join('\n')
  const words = withoutPasswords(withoutSecrets(`${told}\n${end.errors}`.trim(), depot))
  const known =
    KNOWN.find((one) => one.words?.test(words) === true) ??
    KNOWN.find(({ exits }) => end.code !== undefined && exits?.includes(end.code) === true)
  const how = end.code === undefined ? 'was killed' : `ended with code ${String(end.code)}`
  const said = lastWords(words, known?.words)
  if (known === undefined)
    return new SalvageError(otherwise, `${what} failed: duplicity ${how}`, { why: said || 'it said nothing' })
  return new SalvageError(known.code, known.message(depot.ref), {
    why: `${what}: ${said || `duplicity ${how}`}`,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    retryable: known.retryable ?? false,
  })
}
