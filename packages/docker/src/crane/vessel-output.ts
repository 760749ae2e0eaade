import type { CallOptions } from '@salvage-kit/core'
import { errorText } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import type { LogTail } from './log-tail.ts'

/** How long after the end of a container its output may take to arrive. */
const SETTLE_MS = 10_000

/** The output of a container on its way into a log. */
export interface VesselOutput extends AsyncDisposable {
  /** Resolves when all of it has arrived, or after ten seconds. Never rejects. */
  settled(): Promise<void>
}

/**
 * Follows what a container prints from its beginning on. Output that cannot be read is no reason to fail a copy: why it
 * cannot be read stands in its place.
 */
export function vesselOutput(
  engine: DockerEngine,
  id: string,
  log: LogTail,
  { signal, limitMs }: CallOptions & { readonly limitMs: number },
): VesselOutput {
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const following = follow()
  async function follow(): Promise<void> {
    try {
      for await (const chunk of engine.logs(id, { signal: over, limitMs, follow: true })) log.add(chunk)
    } catch (error) {
      if (over.aborted) return
      const data = Buffer.from(`\n(the output of the crane cannot be read: ${errorText(error)})\n`)
      log.add({ from: 'stderr', data })
    }
  }
  return {
    async settled() {
      const timer = setTimeout(() => stop.abort(), SETTLE_MS)
      await following
      clearTimeout(timer)
      log.end()
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await following
    },
  }
}
