import { errorText, isSalvageError, SalvageError, deadline } from '@salvage-kit/core'
import type { Identity } from './identity.ts'
import type { Session, Sessions } from './session.ts'

/** Tokens and certificates that are replaced in place are seen after this time. */
const OLD_MS = 10_000
/** A program that gives credentials may ask somebody something; nobody is there. */
const LONGEST_MS = 60_000

interface Held {
  readonly session: Promise<Session>
  readonly at: number
  now: Session | undefined
}

/** One session at a time for all calls, read again when it is old or refused. */
export function sessionsOf(identity: Identity): Sessions {
  let held: Held | undefined

  function renew(fresh: boolean): Promise<Session> {
    const mine: Held = { session: readSession(identity, fresh), at: performance.now(), now: undefined }
    held = mine
    void settle(mine)
    return mine.session
  }

  async function settle(mine: Held): Promise<void> {
    try {
      mine.now = await mine.session
    } catch {
      // Whoever waits for it hears of it; the next one tries again.
      if (held === mine) held = undefined
    }
  }

  return async ({ signal, refused, doubted }) => {
    signal.throwIfAborted()
    const fresh = refused !== undefined && held?.now === refused
    const broken = doubted !== undefined && held?.now === doubted
    const old = held === undefined || performance.now() - held.at > OLD_MS
    if (held === undefined || old || fresh || broken) return orAborted(renew(fresh), signal)
    return held.now ?? orAborted(held.session, signal)
  }
}

async function readSession(identity: Identity, fresh: boolean): Promise<Session> {
  const late = new SalvageError('K8S.CREDENTIALS', 'the credentials for the cluster did not come in time', {
    why: 'the program that the kubeconfig names may wait for somebody to log in',
    untouched: true,
  })
  using guard = deadline(LONGEST_MS, undefined, late)
  try {
    return await orAborted(identity.session({ signal: guard.signal, fresh }), guard.signal)
  } catch (error) {
    if (isSalvageError(error)) throw error
    // The text of a SyntaxError quotes what could not be read: that may be a token.
    const why = error instanceof SyntaxError ? 'what was read is not understood' : errorText(error).slice(0, 300)
    throw new SalvageError('K8S.CREDENTIALS', 'the credentials for the cluster cannot be had', { why, untouched: true })
  }
}

/** Waits for something that knows no signal; it may go on behind. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
