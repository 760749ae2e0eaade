import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import type { LogTail } from './log-tail.ts'
import type { VesselEnd } from './verdict.ts'
import { sentences } from './verdict.ts'
import { vesselOutput } from './vessel-output.ts'
import { lost, watchVessel } from './vessel-watch.ts'

/** What {@link runVessel} takes. */
export interface RunVesselOptions extends CallOptions {
  /** For the engine's calls; longer than the deadline in `signal`. */
  readonly limitMs: number
  readonly log: LogTail
}

/**
 * Starts a container that is there and resolves when it has ended, however. Rejects with `CRANE.START` when it cannot be
 * started, `CRANE.LOST` when the engine went away meanwhile, `CRANE.FAILED` when somebody removed it, and the reason of
 * the signal, in which case it may still run.
 */
export async function runVessel(engine: DockerEngine, id: string, options: RunVesselOptions): Promise<VesselEnd> {
  const { signal, log } = options
  await using watch = await watchVessel(engine, id, { signal })
  await start(engine, id)
  await using output = vesselOutput(engine, id, log, options)
  const exitCode = await wait(engine, id, options)
  const news = await watch.settled()
  await output.settled()
  const state = await engine.inspectContainer(id, { signal })
  if (state === undefined) throw removed(log)
  return {
    exitCode,
    outOfMemory: news.outOfMemory || state.oomKilled,
    signals: news.signals,
    lastLines: log.lines(),
  }
}

/** Not given up by a signal: a start that nobody waits for may come after the clearing up. */
async function start(engine: DockerEngine, id: string): Promise<void> {
  try {
    await engine.startContainer(id, { signal: new AbortController().signal })
  } catch (error) {
    if (!isSalvageError(error) || error.retryable) throw error
    throw new SalvageError('CRANE.START', 'the crane could not be started', {
      why: error.why ?? error.message,
      hint: "check the image's command and the crane's mounts",
      cause: error,
    })
  }
}

async function wait(engine: DockerEngine, id: string, { signal, limitMs, log }: RunVesselOptions): Promise<number> {
  try {
    return await engine.waitContainer(id, { signal, limitMs })
  } catch (error) {
    signal.throwIfAborted()
    if (isSalvageError(error) && error.code === 'DOCKER.NOT_FOUND') throw removed(log)
    throw lost(error)
  }
}

function removed(log: LogTail): SalvageError {
  return new SalvageError('CRANE.FAILED', "somebody removed the crane's container", {
    why: sentences(undefined, log.lines()),
    hint: 'find out who removes containers on this engine, perhaps a clean-up job; the copy does not count',
  })
}
