import { stripVTControlCharacters } from 'node:util'
import { deadline, errorText } from '@salvage-kit/core'
import type { CallOptions, Clean } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { CRANE_CONTAINER, TELLER_CONTAINER } from './manifest.ts'

const LINE_LENGTH = 500
const KEPT_LINES = 10
/** How long after the end of a crane its output may take to arrive: workloads may be at rest meanwhile. */
const SETTLE_MS = 10_000
/** A node takes the lines of what was told one by one. */
const READ_MS = 120_000

interface PodPlace {
  readonly namespace: string
  readonly pod: string
}

/** The output of a crane on its way to a reader. */
export interface CraneOutput extends AsyncDisposable {
  /** Goes off when nothing more comes: the crane has ended, or its output cannot be followed. Also with the signal. */
  readonly over: AbortSignal
  /** Resolves with the last lines when all has arrived, or after ten seconds. Never rejects. */
  settled(): Promise<readonly string[]>
}

/** Follows what a crane prints from its beginning on: both outputs in one, as the cluster has them. */
export function followOutput(
  cluster: Cluster,
  place: PodPlace,
  clean: Clean,
  onLine: ((line: string) => void) | undefined,
  { signal }: CallOptions,
): CraneOutput {
  const stop = new AbortController()
  const over = AbortSignal.any([signal, stop.signal])
  const end = new AbortController()
  const kept: string[] = []
  const take = (raw: string): void => {
    const line = readable(clean(raw)).slice(0, LINE_LENGTH)
    if (line.trim() === '') return
    kept.push(line)
    if (kept.length > KEPT_LINES) kept.shift()
    onLine?.(line)
  }
  const following = follow()
  async function follow(): Promise<void> {
    try {
      const at = { ...place, container: CRANE_CONTAINER, follow: true }
      for await (const line of cluster.log(at, { signal: over })) take(line)
    } catch (error) {
      if (!over.aborted) take(`(the rest of its output was not read: ${errorText(error)})`)
    } finally {
      end.abort()
    }
  }
  return {
    over: AbortSignal.any([signal, end.signal]),
    async settled() {
      const timer = setTimeout(() => stop.abort(), SETTLE_MS)
      await following
      clearTimeout(timer)
      return kept
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await following
    },
  }
}

/** What the second container told of an ended crane. */
export async function toldBy(cluster: Cluster, place: PodPlace, { signal }: CallOptions): Promise<readonly string[]> {
  using limit = deadline(READ_MS, signal)
  const lines: string[] = []
  for await (const line of cluster.log({ ...place, container: TELLER_CONTAINER }, limit)) lines.push(line.trimEnd())
  return lines
}

/** A carriage return begins a line anew, as on a terminal. */
function readable(text: string): string {
  return stripVTControlCharacters(text.replace(/^.*\r(?!$)/s, '')).replaceAll(/(?!\t)\p{Cc}/gu, '')
}
