import { SalvageError } from '../../error.ts'
import type { CraneHints } from './end.ts'

interface Reserved {
  readonly code: string
  readonly message: (store: string) => string
  readonly hint: string | ((hints: CraneHints) => string)
  readonly retryable?: boolean
}

/** The exit codes that version 2 of the contract reserves for failures. */
const RESERVED: Readonly<Record<number, Reserved>> = {
  10: {
    code: 'STORE.NOT_FOUND',
    message: (store) => `there is no store behind ${store}`,
    hint: 'make it with --init, or correct the settings of the crane',
  },
  11: {
    code: 'STORE.LOCKED',
    message: (store) => `somebody else has locked ${store}`,
    hint: 'wait for the owner of the lock; see what became of it',
    retryable: true,
  },
  12: {
    code: 'STORE.WRONG_PASSWORD',
    message: (store) => `the credentials do not open ${store}`,
    hint: ({ credentials }) => credentials,
  },
  13: {
    code: 'STORE.UNREACHABLE',
    message: (store) => `${store} cannot be reached`,
    hint: ({ network }) => network,
    retryable: true,
  },
  14: { code: 'STORE.FULL', message: (store) => `${store} is full`, hint: 'make room' },
  15: {
    code: 'RESTORE.POINT_UNKNOWN',
    message: (store) => `${store} has no such restore point`,
    hint: '"salvage-kit list --from STORE" shows those that stand',
  },
  16: {
    code: 'ARCHIVE.DAMAGED',
    message: (store) => `an archive in ${store} is not what was lifted`,
    hint: 'use another restore point',
  },
  17: {
    code: 'CRANE.UNSUPPORTED',
    message: (store) => `the crane of ${store} cannot do this after all`,
    hint: ({ actions }) => actions,
  },
  18: {
    code: 'CRANE.SETTINGS',
    message: (store) => `the settings of the crane of ${store} are wrong`,
    hint: ({ settings }) => settings,
  },
}

/** The error that the contract reserves for an exit code; undefined for any other. */
export function reservedFailure(
  exitCode: number,
  store: string,
  why: string,
  hints: CraneHints,
): SalvageError | undefined {
  const reserved = RESERVED[exitCode]
  if (reserved === undefined) return undefined
  const { code, message, hint, retryable = false } = reserved
  return new SalvageError(code, message(store), { why, hint: typeof hint === 'string' ? hint : hint(hints), retryable })
}
