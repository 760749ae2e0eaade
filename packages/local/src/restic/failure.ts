import { SalvageError } from '@salvage-kit/core'
import { redacted } from './address.ts'
import { namesPassword } from './restic-environment.ts'
import type { Repository } from './restic-store.ts'
import type { ResticEnd } from './run-restic.ts'
import { exitError } from './schema.ts'
import { messageIn } from './message-line.ts'

/** Exit code of restic when the copy stands but some of the source is missing in it. */
export const RESTIC_PARTIAL = 3

interface Known {
  readonly code: string
  /** Exit codes of restic 0.17 and newer. */
  readonly exit?: number
  /** The words of older versions. */
  readonly words: RegExp
  readonly message: (where: string) => string
  readonly hint?: string
  readonly retryable?: boolean
}

/** In the order in which they are looked for: what comes first hides what comes later. */
const KNOWN: readonly Known[] = [
  {
    code: 'STORE.WRONG_PASSWORD',
    exit: 12,
    words: /wrong password or no key found/,
    message: (where) => `the password does not open ${where}`,
    hint: 'name the right file with --password-file',
  },
  {
    code: 'STORE.NO_PASSWORD',
    words: /Resolving password failed|empty password is not|unable to read password/i,
    message: (where) => `there is no password for ${where}`,
    hint: 'give --password-file FILE, or set RESTIC_PASSWORD_FILE, RESTIC_PASSWORD_COMMAND or RESTIC_PASSWORD',
  },
  {
    code: 'STORE.LOCKED',
    exit: 11,
    words: /already locked|unable to create lock/,
    message: (where) => `somebody else has locked ${where}`,
    hint: 'wait for the owner; when it is dead, "restic unlock" removes its lock',
    retryable: true,
  },
  {
    code: 'STORE.FULL',
    words: /no space left on device|disk quota exceeded|insufficient storage/i,
    message: (where) => `${where} is full`,
    hint: 'make room; unfinished packs go with the next prune',
  },
  {
    code: 'STORE.UNREACHABLE',
    words: /connection refused|connection reset|no such host|no route to host|unreachable|timeout|timed out/i,
    message: (where) => `${where} cannot be reached`,
    retryable: true,
  },
  {
    code: 'STORE.NOT_FOUND',
    exit: 10,
    words:
      /repository does not exist|unable to open config file: .*(?:no such file|not a directory|does not exist|404)/,
    message: (where) => `there is no repository at ${where}`,
    hint: 'make it with --init, or with "restic init"; or correct the address',
  },
  {
    code: 'STORE.UNREACHABLE',
    words: /unable to open config file|unable to open repo|config cannot be loaded|Load\(<(?:config|key)\//,
    message: (where) => `${where} cannot be opened`,
  },
  {
    code: 'RESTORE.POINT_UNKNOWN',
    words: /no matching ID found|no snapshot found/,
    message: (where) => `${where} has no such restore point`,
    hint: '"salvage-kit list --from STORE" shows those that stand',
  },
]

/**
 * The error for a call of restic that failed, from its exit code and, for the versions before 0.17 that only know 1,
 * from its words. `otherwise` is the code of a failure that is none of the known ones.
 */
export function failure(
  what: string,
  end: ResticEnd,
  repository: Repository,
  otherwise = 'CRANE.FAILED',
): SalvageError {
  const errors = redacted(wordsOf(end.errors), repository.address)
  const known = KNOWN.find(({ exit, words }) => (exit !== undefined && exit === end.code) || words.test(errors))
  const how = end.code === undefined ? 'was killed' : `ended with code ${String(end.code)}`
  if (known === undefined)
    return new SalvageError(otherwise, `${what} failed: restic ${how}`, { why: errors || 'it said nothing' })
  if (known.code === 'STORE.NO_PASSWORD' && repository.passwordFile !== undefined)
    return noPasswordFile(repository.passwordFile, repository.ref, errors)
  const hint =
    known.code === 'STORE.WRONG_PASSWORD' && repository.passwordFile === undefined ? passwordHint() : known.hint
  return new SalvageError(known.code, known.message(repository.ref), {
    why: errors || `restic ${how}`,
    ...(hint === undefined ? {} : { hint }),
    retryable: known.retryable ?? false,
  })
}

/** A file is named: what is wrong is that file. */
export function noPasswordFile(file: string, ref: string, errors: string): SalvageError {
  const isMissing = /does not exist|no such file|ENOENT|ENOTDIR/i.test(errors)
  const what = isMissing ? `there is no file ${file}` : `no password can be read from ${file}`
  return new SalvageError('STORE.NO_PASSWORD', `${what}, which should hold the password of ${ref}`, {
    why: errors,
    hint: 'correct --password-file, or passwordFile: in the configuration',
  })
}

function passwordHint(): string {
  return namesPassword(process.env)
    ? 'the password comes from the RESTIC_PASSWORD… variables; --password-file FILE takes another'
    : 'give --password-file FILE'
}

/** Without JSON around them, and without what is only progress. */
function wordsOf(errors: string): string {
  return errors
    .split('\n')
    .map((line) => messageIn(line, exitError)?.message ?? line)
    .filter((line) => line.trim() !== '' && !line.startsWith('{"message_type":"error"'))
    .join('\n')
    .trim()
}
