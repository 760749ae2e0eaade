import type { Archive, DockerVolumeSource, LiftRef } from '@salvage-kit/core'
import { createRedactor, deadline, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { clearVessel } from './clear-vessel.ts'
import { prepareVessel } from './prepare-vessel.ts'
import { runVessel } from './run-vessel.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { DEFAULT_GRACE_MS, DEFAULT_STOP_TIMEOUT_MS, DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { judge, sentences } from './verdict.ts'
import { vesselName } from './vessel-labels.ts'
import type { Clean } from './vessel-output.ts'
import { lastLines } from './vessel-output.ts'

/** Engine calls end a little after the deadline that ends the crane, so that theirs is never the reason given. */
const MARGIN_MS = 60_000
/** For removing a container that is at rest. */
const CLEAR_MS = 120_000

/** Shorter values (`1`, `yes`) are no secrets, and without them no line could be read. */
const SHORTEST_SECRET = 4

/** What {@link liftVolume} takes. */
export interface LiftVolumeOptions {
  readonly signal: AbortSignal
  /** Gets each line that the crane prints, without secrets. */
  readonly onLine?: (line: string) => void
}

/**
 * One volume, one container, one archive. The container is gone when this settles, unless the engine is: then `clear`
 * finds it by its label.
 */
export async function liftVolume(
  engine: DockerEngine,
  ref: LiftRef,
  crane: NamedCrane,
  source: DockerVolumeSource,
  { signal, onLine }: LiftVolumeOptions,
): Promise<Archive> {
  const { name, settings } = crane
  const limitMs = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const over = new Error('the crane is over its time')
  using limit = deadline(limitMs, signal, over)
  const clean = cleaner(settings.env)
  const takenAt = new Date().toISOString()
  try {
    const id = await prepareVessel(engine, ref, crane, source, limit.signal)
    const end = await runVessel(engine, id, {
      signal: limit.signal,
      limitMs: limitMs + MARGIN_MS,
      clean,
      ...(onLine === undefined ? {} : { onLine }),
    })
    const findings = judge(name, source.name, end)
    return {
      point: {
        kind: 'archive',
        id: ref.id,
        target: ref.target,
        store: ref.store.ref,
        takenAt,
        state: findings.length === 0 ? 'good' : 'partial',
        machine: ref.machine,
        runId: ref.runId,
        token: null,
      },
      findings,
    }
  } catch (error) {
    // What it printed last often says what it waited for.
    throw error === over ? late(name, source.name, limitMs, await lastLines(engine, vesselName(ref), clean)) : error
  } finally {
    await putAway(engine, ref, settings)
  }
}

/**
 * Stops what still runs, with grace, and removes it. On a clock of its own: the signal has gone off already when this
 * matters. What fails here is left to `clear`, so that it hides neither a good end nor the reason of a bad one.
 */
async function putAway(engine: DockerEngine, ref: LiftRef, settings: ContainerCraneSettings): Promise<void> {
  const graceMs = Math.min(settings.graceMs ?? DEFAULT_GRACE_MS, settings.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS)
  using limit = deadline(graceMs + CLEAR_MS)
  const { signal } = limit
  try {
    const vessel = await engine.inspectContainer(vesselName(ref), { signal })
    const graceSeconds = Math.ceil(graceMs / 1000)
    if (vessel?.status === 'running' || vessel?.status === 'paused')
      await engine.stopContainer(vessel.id, { signal, graceSeconds, limitMs: graceMs + MARGIN_MS })
  } catch {
    // The removal is with force.
  }
  await clearVessel(engine, ref, { signal }).catch(() => {})
}

function cleaner(env: ContainerCraneSettings['env']): Clean {
  const redactor = createRedactor()
  for (const value of Object.values(env)) if (value.trim().length >= SHORTEST_SECRET) redactor.add(value)
  return (text) => redactor.redact(text)
}

function late(crane: string, volume: string, limitMs: number, lines: readonly string[]): SalvageError {
  const what = `the crane ${JSON.stringify(crane)} for volume ${volume}`
  return new SalvageError('CRANE.TIMEOUT', `${what} did not end within ${String(limitMs / 1000)} s`, {
    why: sentences(undefined, lines),
    hint: 'see what it waits for, perhaps a lock of another machine, or give it a longer "timeout"',
  })
}
