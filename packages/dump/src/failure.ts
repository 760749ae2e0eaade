import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'

type Say = readonly [code: string, what: string, more?: ConstructorParameters<typeof SalvageError>[2]]

/** By the word that the program in the container ends with; `about` is what it says of it. */
function sayings(about: string): { readonly [reason: string]: Say } {
  return {
    NO_TOOL: ['DUMP.NO_TOOL', `there is no ${about}`, { hint: 'name the container of the database', untouched: true }],
    NO_DIRECTORY: [
      'DUMP.NO_DIRECTORY',
      'the directory of the dump file is not there',
      { hint: 'name a file, by an absolute path, on the volume of the database', untouched: true },
    ],
    NO_DATABASE: [
      'DUMP.NO_DATABASE',
      'nothing says which database is to be dumped',
      { hint: 'name it: the environment of the container does not', untouched: true },
    ],
    UNREACHABLE: ['DUMP.UNREACHABLE', 'the database does not answer', { retryable: true, untouched: true }],
    REFUSED: [
      'DUMP.REFUSED',
      'the database refuses the user or the password',
      {
        hint: 'set the labels salvage.dump.user and salvage.dump.password (settings `user` and `password`) to what the server knows: its data keep the password that they were made with, whatever the environment of the container says now',
        untouched: true,
      },
    ],
    NO_SPACE_TOLD: ['DUMP.FULL', 'nobody can tell how full the volume is', { untouched: true }],
    FULL: [
      'DUMP.FULL',
      `the volume is used to ${about} percent`,
      { hint: 'make it larger, or allow more', untouched: true },
    ],
    NO_ROOM: [
      'DUMP.FULL',
      `there is no room for another dump of ${about} bytes beside the last one`,
      { hint: 'make the volume larger', untouched: true },
    ],
    FAILED: ['DUMP.FAILED', 'the dump could not be written; the last one is as it was', { retryable: true }],
    NOT_WHOLE: ['DUMP.NOT_WHOLE', 'the dump is not whole: it was not put in place, nor is it loaded'],
    NOT_STORED: ['DUMP.NOT_STORED', 'the dump could not be stored for good'],
    NO_DUMP: ['DUMP.NO_DUMP', 'there is no dump', { untouched: true }],
    OTHER_DUMP: ['DUMP.OTHER_DUMP', 'the dump that is there is another one than was asked for', { untouched: true }],
    NAMES_DATABASE: [
      'DUMP.NAMES_DATABASE',
      'the dump goes to databases that it names itself',
      { hint: 'load it by hand: it cannot be undone when it fails', untouched: true },
    ],
    RESTORE_FAILED: ['DUMP.RESTORE_FAILED', 'the dump could not be loaded; the data are as they were'],
    RESTORE_ENDED: [
      'DUMP.RESTORE_ENDED',
      'what loads the dump was killed; tables are all as before or all as in the dump',
      { hint: 'restore again: that brings it to its end' },
    ],
    FOREIGN: [
      'DUMP.HALF_RESTORED',
      'what looks like the rest of a restore was written by another user, and is not run',
      { hint: `look at ${about} and what stands beside it, and remove it when no restore has died here` },
    ],
    HALF_RESTORED: [
      'DUMP.HALF_RESTORED',
      'the tables stand, all old or all new, and their triggers, views, routines or events may be missing',
      { hint: `see why they cannot be made; the next dump or restore tries it again. Their SQL is in ${about}` },
    ],
    LEFT_OUT: [
      'DUMP.HALF_RESTORED',
      'the data are those of the dump; settings, rights or the comment of the database itself are not',
      { hint: 'see why, and restore again' },
    ],
    UNSURE: [
      'DUMP.HALF_RESTORED',
      'the restore broke off while the data were replaced: some may be of before, and some of the dump',
      { hint: 'see why, and restore again: a restore that ends well replaces all of it' },
    ],
  }
}

/** What clients say where a server that answers refuses them; waiting changes nothing of it. */
const REFUSALS =
  /(?:password|peer|ident|SASL|SCRAM) authentication failed|no password supplied|Access denied for user|\b(?:WRONGPASS|NOAUTH)\b|\bAuthentication failed\b|unable to authenticate|AuthenticationFailed|returned error: 401\b|\bunauthorized access\b/i

/** What is known of a program of a dump that failed. */
export interface DumpFailure {
  /** Which database, where: begins the message. */
  readonly what: string
  /** The word that the program ended with. */
  readonly reason: string | undefined
  readonly about?: string | undefined
  readonly stderr?: string
}

/** The error for what a program beside a database ended with. What its tools said is told; they know no password. */
export function dumpFailure({ what, reason, about = '', stderr = '' }: DumpFailure): SalvageError {
  const word = reason === 'UNREACHABLE' && REFUSALS.test(stderr) ? 'REFUSED' : (reason ?? 'FAILED')
  const [code, said, more = {}] = sayings(about)[word] ?? [
    'DUMP.FAILED',
    `an answer that nobody understands: ${String(reason)}`,
  ]
  return new SalvageError(code, `${what}: ${said}`, {
    ...more,
    ...(stderr === '' ? {} : { why: stderr }),
  })
}

/** A load that ended at one of its files. */
export interface EndedLoad {
  readonly failed: string
  /** The files before it, which stand. */
  readonly loaded: readonly string[]
  readonly error: unknown
}

/** The error names the file; where others were loaded before it, it is `DUMP.HALF_RESTORED`, whatever this one left as it was. */
export function halfLoaded(what: string, { failed, loaded, error }: EndedLoad): unknown {
  const failure = isSalvageError(error) ? error : undefined
  if (loaded.length === 0) return failure === undefined ? error : ofFile(failed, failure)
  const { message, why } = failure ?? { message: errorText(error), why: undefined }
  return new SalvageError(
    'DUMP.HALF_RESTORED',
    `${what}: ${loaded.join(', ')} ${loaded.length === 1 ? 'is' : 'are'} loaded, ${failed} is not`,
    {
      why: why === undefined ? message : `${message}: ${why}`,
      hint: failure?.hint ?? 'see why, and restore again: a restore that ends well replaces all of it',
      cause: error,
    },
  )
}

/** The same failure, with the file where no text of it says which. */
function ofFile(file: string, failure: SalvageError): SalvageError {
  const { code, message, why, hint, retryable, untouched } = failure
  if (message.includes(file)) return failure
  return new SalvageError(code, `${message} (${file})`, {
    ...(why === undefined ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
    retryable,
    untouched,
    cause: failure,
  })
}
