import { SalvageError } from '../error.ts'

/** How long a call may take to end once its signal is aborted, in milliseconds: hooks get five seconds to end by themselves. */
const END_WITHIN_MS = 30_000

/**
 * The call; but when it has not ended `graceMs` after its signal was aborted, rejects with `EFFECT.HUNG`. Whoever has
 * workloads at rest waits for no backend without an end.
 */
export async function notBeyond<T>(
  call: Promise<T>,
  signal: AbortSignal,
  what: string,
  graceMs: number = END_WITHIN_MS,
): Promise<T> {
  const hung = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    timer = setTimeout(() => hung.reject(hungCall(what)), graceMs)
  }
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  try {
    return await Promise.race([call, hung.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', start)
  }
}

/** `EFFECT.HUNG`: somebody was told to end and goes on. */
export function hungCall(what: string): SalvageError {
  return new SalvageError('EFFECT.HUNG', `${what}: was told to end and did not`, {
    why: 'it may still have its effect, at any later time',
    hint: 'look what it waits for, then run `salvage-kit recover`',
  })
}
