import type { CallOptions, Clean, CraneEnd } from '@salvage-kit/core'
import { isSalvageError, SalvageError, signalName } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { followOutput, lastLines } from './vessel-output.ts'
import { watchVessel } from './vessel-watch.ts'

/** Signals that ask a program for a word and end nothing: USR1, USR2, CONT, WINCH. */
const HARMLESS = new Set([10, 12, 18, 28])

/** What {@link runVessel} takes. */
export interface RunVesselOptions extends CallOptions {
  /** For the engine's calls; longer than the deadline in `signal`. */
  readonly limitMs: number
  readonly clean: Clean
  /** Gets each line that the crane prints, cleaned. */
  readonly onLine?: (line: string) => void
}

/**
 * Starts a container that is there and resolves when it has ended, however. Rejects with `CRANE.START` when it cannot be
 * started, `CRANE.LOST` when the engine went away meanwhile, `CRANE.FAILED` when somebody removed it, and the reason of
 * the signal, in which case it may still run.
 */
export async function runVessel(engine: DockerEngine, id: string, options: RunVesselOptions): Promise<CraneEnd> {
  const { signal, clean, onLine } = options
  await using watch = await watchVessel(engine, id, { signal })
  await start(engine, id)
  await using output = onLine === undefined ? undefined : followOutput(engine, id, clean, onLine, options)
  try {
    const news = await watch.ended()
    await output?.settled()
    const state = await engine.inspectContainer(id, { signal })
    if (state === undefined) throw removed()
    const { exitCode } = state
    const endedBy = sentBy(news.signals)
    return {
      exitCode,
      outOfMemory: news.outOfMemory || state.oomKilled,
      ...(endedBy === undefined ? {} : { endedBy }),
      lastLines: exitCode === 0 && endedBy === undefined ? [] : await lastLines(engine, id, clean),
    }
  } catch (error) {
    signal.throwIfAborted()
    if (isSalvageError(error) && error.code === 'DOCKER.NOT_FOUND') throw removed()
    throw isSalvageError(error) && error.code.startsWith('DOCKER.') ? lost(error) : error
  }
}

/** Who ended a container to which others sent these signals through the engine. */
export function sentBy(signals: readonly number[]): string | undefined {
  const ending = signals.filter((signal) => !HARMLESS.has(signal))
  return ending.length === 0 ? undefined : `it was sent ${ending.map(signalName).join(', ')} through the engine`
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

/** The error of a crane whose end nobody saw: it may have been told to stop, and have ended with 0 at that. */
function lost(cause: SalvageError): SalvageError {
  return new SalvageError('CRANE.LOST', 'the engine went away while the crane ran', {
    why: cause.message,
    hint: 'its work does not count, whatever became of it; run again when the engine is back',
    cause,
    retryable: true,
  })
}

function removed(): SalvageError {
  return new SalvageError('CRANE.FAILED', "somebody removed the crane's container", {
    hint: 'find out who removes containers on this engine, perhaps a clean-up job; the copy does not count',
  })
}
