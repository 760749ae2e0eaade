import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { placeOf } from '../session/lost.ts'
import type { PodPlace, PodScript, ScriptEnd } from './pod-script.ts'
import { startScript } from './start-script.ts'

const MOST_BYTES = 16 * 1024 * 1024

/** What a short script did. */
export interface ScriptResult extends ScriptEnd {
  readonly stdout: Buffer
}

/**
 * Runs a script in a container and resolves with what it wrote and its exit code, which may be another than 0, when both ends
 * agree about all of it. An aborted signal ends the script, and all that it started, within 5 seconds. Rejects with
 * `EXEC.NO_SHELL` or `EXEC.NO_TOOL` (nothing ran), `EXEC.NOT_WHOLE`, `EXEC.LOST`, `EXEC.FAILED`, `EXEC.TOO_MUCH` (more than
 * `mostBytes`, 16 MiB when absent), `EXEC.VALUE`, and as {@link Cluster.exec}.
 */
export async function runScript(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  script: PodScript,
  options: CallOptions & { readonly mostBytes?: number },
): Promise<ScriptResult> {
  await using running = await startScript(cluster, where, script, options)
  const { mostBytes = MOST_BYTES } = options
  const output = running.output()
  const chunks: Buffer[] = []
  let bytes = 0
  for (;;) {
    const next = await output.next()
    if (next.done === true) return { ...next.value, stdout: Buffer.concat(chunks) }
    bytes += next.value.length
    if (bytes > mostBytes)
      throw new SalvageError('EXEC.TOO_MUCH', `a script in ${placeOf(where)} writes more than ${mostBytes} bytes`)
    chunks.push(next.value)
  }
}
