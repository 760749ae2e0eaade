import type { Finding, Store } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { Action } from './action.ts'
import { failed, memoryFindings, mustEndByItself, sentences } from './verdict.ts'
import type { PodEnd } from './verdict.ts'

/** A lift whose archive stands and is not whole. */
const PARTIAL = 3

interface Known {
  readonly code: string
  readonly message: (store: string) => string
  readonly hint: string
  readonly retryable?: boolean
}

/** The exit codes that version 2 of the contract reserves for failures. */
const KNOWN: Readonly<Record<number, Known>> = {
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
    hint: 'check the Secrets and the environment of the crane',
  },
  13: {
    code: 'STORE.UNREACHABLE',
    message: (store) => `${store} cannot be reached`,
    hint: 'check its address, and the network policies of the namespace',
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
    hint: 'correct the actions in its settings: they repeat the label salvage.crane.actions of its image',
  },
  18: {
    code: 'CRANE.SETTINGS',
    message: (store) => `the settings of the crane of ${store} are wrong`,
    hint: 'correct them in the configuration',
  },
}

/** What came of an action that did its work. */
export interface ActionVerdict {
  readonly partial: boolean
  readonly findings: readonly Finding[]
}

/**
 * Says whether a crane of version 2 did its work; `what` names the crane and the action. Throws the error of the exit code
 * that the contract reserves, `CRANE.STOPPED` or `CRANE.FAILED`.
 */
export function judgeAction(what: string, action: Action, { ref }: Store, end: PodEnd): ActionVerdict {
  mustEndByItself(what, end)
  const { exitCode } = end
  if (exitCode === 0 || (exitCode === PARTIAL && action === 'lift'))
    return { partial: exitCode === PARTIAL, findings: memoryFindings(what, end) }
  const known = KNOWN[exitCode]
  if (known === undefined) throw failed(what, end)
  const why = sentences(`${what} ended with exit code ${String(exitCode)}`, end.lastLines)
  if (exitCode === 14 && action === 'lower')
    throw new SalvageError('RESTORE.NO_SPACE', 'what is restored does not fit into its destination', {
      why,
      hint: 'make room there, or name another place with --to',
    })
  throw new SalvageError(known.code, known.message(ref), {
    why,
    hint: known.hint,
    retryable: known.retryable ?? false,
  })
}
