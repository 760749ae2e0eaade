import { formatDuration, SalvageError } from '@salvage-kit/core'
import type { Depot } from './depot.ts'
import type { FarCall } from './far.ts'
import type { PassedOptions } from './passed-options.ts'

/** What duplicity does of itself: how often it tries, how long each time, and how long it waits between, in seconds. */
const TRIES = 5
const TIMEOUT = 30
const DELAY = 30

/**
 * How long one answer of the far end may take, in milliseconds: twice what duplicity itself takes to give up, with the
 * options that a person set. Never less than ten minutes, since large listings are answered by one.
 */
export function patienceOf({ always }: Pick<PassedOptions, 'always'>): number {
  const set = (name: string, otherwise: number): number => {
    const value = Number(always.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1))
    return Number.isFinite(value) ? value : otherwise
  }
  const once = set('--timeout', TIMEOUT) + set('--backend-retry-delay', DELAY)
  return 2000 * Math.max(set('--num-retries', TRIES) * once, TRIES * (TIMEOUT + DELAY))
}

/** The error for a far end that says nothing. */
export function silent({ ref, folder }: Pick<Depot, 'ref' | 'folder'>, { what }: FarCall, ms: number): SalvageError {
  return new SalvageError('STORE.UNREACHABLE', `${ref} does not answer`, {
    why: `${what}: nothing came for ${formatDuration(ms)}`,
    hint:
      folder === undefined
        ? 'see that its server is up; --timeout and --num-retries under options: give it longer'
        : `see that what is mounted at ${folder} is there: the server of a network file system may be away`,
    retryable: true,
  })
}
