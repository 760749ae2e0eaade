import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { placeOf } from '../session/lost.ts'
import type { PodPlace, PodScript, ScriptEnd } from './pod-script.ts'
import type { RunningScript } from './start-script.ts'
import { startScript } from './start-script.ts'

const HIGH_WATER = 256 * 1024

/** A script whose output is a stream. */
export interface StreamedScript extends AsyncDisposable {
  /**
   * Ends only when the script has succeeded and both ends agree about every byte; fails with `EXEC.SCRIPT_FAILED`,
   * `EXEC.NOT_WHOLE`, … when not. So what was read is a whole dump exactly when the stream has ended. Destroying it ends the
   * script.
   */
  readonly stdout: Readable
  /** Resolves when `stdout` has ended; rejects as it fails. Somebody must read `stdout`. */
  readonly ended: Promise<ScriptEnd>
}

/**
 * Starts a script and resolves when it runs, or will; for dumps of any size: at most some hundred KiB of it are here at a time,
 * and the script waits for a slow reader. Rejects as {@link Cluster.exec}, and with `EXEC.VALUE`; all that is known later comes
 * through the stream, with the codes of `runScript`.
 */
export async function streamScript(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  script: PodScript,
  options: CallOptions,
): Promise<StreamedScript> {
  const running = await startScript(cluster, where, script, options)
  const ended = Promise.withResolvers<ScriptEnd>()
  ended.promise.catch(() => {})
  const whole = wholeOutput(running, where, ended.resolve)
  const stdout = Readable.from(whole, { objectMode: false, highWaterMark: HIGH_WATER })
  finished(stdout, { writable: false }).catch(async (error: unknown) => {
    ended.reject(error)
    await running[Symbol.asyncDispose]()
  })
  return {
    stdout,
    ended: ended.promise,
    async [Symbol.asyncDispose](): Promise<void> {
      stdout.destroy()
      await running[Symbol.asyncDispose]()
    },
  }
}

async function* wholeOutput(
  running: RunningScript,
  where: PodPlace,
  tell: (end: ScriptEnd) => void,
): AsyncGenerator<Buffer> {
  await using script = running
  const end = yield* script.output()
  if (end.code !== 0)
    throw new SalvageError('EXEC.SCRIPT_FAILED', `a script in ${placeOf(where)} ended with ${end.code}`, {
      why: end.stderr,
    })
  tell(end)
}
