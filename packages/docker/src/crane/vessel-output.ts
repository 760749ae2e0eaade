import type { CallOptions, Clean } from '@salvage-kit/core'
import { deadline, errorText } from '@salvage-kit/core'
import type { DockerEngine, LogChunk } from '../engine.ts'
import { logLines } from './log-lines.ts'

/** How long after the end of a container its output may take to arrive: workloads may be at rest meanwhile. */
const SETTLE_MS = 10_000
/** The engine takes in both outputs side by side: what was said last on stderr may stand before much of stdout. */
const READ_LINES = 5000
const KEPT_LINES = 5

/**
 * The last five lines of each output of a container, in the order in which the engine took them in, read from the end
 * however much there is. Never rejects: why they cannot be read stands in their place.
 */
export async function lastLines(engine: DockerEngine, id: string, clean: Clean): Promise<readonly string[]> {
  let kept: { readonly line: string; readonly from: LogChunk['from'] }[] = []
  const lines = logLines(clean, (line, from) => {
    kept.push({ line, from })
    const same = kept.filter((one) => one.from === from)
    if (same.length > KEPT_LINES) kept = kept.filter((one) => one !== same[0])
  })
  using limit = deadline(SETTLE_MS)
  const options = { signal: limit.signal, limitMs: SETTLE_MS, follow: false, lastLines: READ_LINES }
  try {
    for await (const chunk of engine.logs(id, options)) lines.add(chunk)
  } catch (error) {
    return [`(its output cannot be read: ${clean(errorText(error))})`]
  }
  lines.end()
  return kept.map(({ line }) => line)
}

/** The output of a container on its way to a reader. */
export interface VesselOutput extends AsyncDisposable {
  /** Resolves when all of it has arrived, or after ten seconds, and then the rest is not read. Never rejects. */
  settled(): Promise<void>
}

/** Gives a reader each line that a container prints, from its beginning on. */
export function followOutput(
  engine: DockerEngine,
  id: string,
  clean: Clean,
  onLine: (line: string) => void,
  { signal, limitMs }: CallOptions & { readonly limitMs: number },
): VesselOutput {
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const lines = logLines(clean, onLine)
  const following = follow()
  async function follow(): Promise<void> {
    try {
      for await (const chunk of engine.logs(id, { signal: over, limitMs, follow: true })) lines.add(chunk)
      lines.end()
    } catch (error) {
      onLine(`(the rest of its output was not read: ${clean(errorText(over.aborted ? over.reason : error))})`)
    }
  }
  return {
    async settled() {
      const timer = setTimeout(() => stop.abort(new Error('it took too long')), SETTLE_MS)
      await following
      clearTimeout(timer)
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the lift has ended'))
      await following
    },
  }
}
