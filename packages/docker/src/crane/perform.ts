import type { CallOptions, Clean, CraneEnd } from '@salvage-kit/core'
import { createRedactor, deadline, lastWords, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { clearVessel } from './clear-vessel.ts'
import { prepareVessel } from './prepare-vessel.ts'
import { runVessel } from './run-vessel.ts'
import { readSecrets } from './secrets.ts'
import type { Secret } from './secrets.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { DEFAULT_GRACE_MS, DEFAULT_STOP_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import type { Vessel } from './vessel-labels.ts'
import { lastLines } from './vessel-output.ts'
import type { Work } from './work.ts'

/** Engine calls end a little after the deadline that ends the crane, so that theirs is never the reason given. */
const MARGIN_MS = 60_000
/** For removing a container that is at rest. */
const CLEAR_MS = 120_000
/** Shorter values (`1`, `yes`) are no secrets, and without them no line could be read. */
const SHORTEST_SECRET = 4

/** What {@link perform} takes. */
export interface PerformOptions<Outcome> extends CallOptions {
  readonly limitMs: number
  /** Called when the container is about to be started; until then nothing can have been done. */
  readonly onStart?: () => void
  /** Gets each line that the crane prints, without secrets. */
  readonly onLine?: (line: string) => void
  /** Says what came of it, from its end and from the container itself, which stands until this settles. */
  readonly conclude: (end: CraneEnd, stage: Stage) => Promise<Outcome> | Outcome
}

/** What is left of an action when its container has ended. */
export interface Stage extends CallOptions {
  readonly container: string
  readonly clean: Clean
}

/**
 * One action, one container. The container is gone when this settles, unless the engine is: then `clear` or the next
 * sweep finds it by its labels. Rejects with `CRANE.SECRET`, `CRANE.TIMEOUT`, and what {@link prepareVessel},
 * {@link runVessel} and `conclude` reject with.
 */
export async function perform<Outcome>(
  engine: DockerEngine,
  crane: NamedCrane,
  work: Work,
  options: PerformOptions<Outcome>,
): Promise<Outcome> {
  const { limitMs, onStart, onLine, conclude } = options
  const over = new Error('the crane is over its time')
  using limit = deadline(limitMs, options.signal, over)
  const { signal } = limit
  const secrets = await readSecrets(crane)
  const clean = cleaner(crane.settings.env, secrets)
  try {
    const container = await prepareVessel(engine, work, crane, { signal, secrets })
    onStart?.()
    const end = await runVessel(engine, container, {
      signal,
      limitMs: limitMs + MARGIN_MS,
      clean,
      ...(onLine === undefined ? {} : { onLine }),
    })
    return await conclude(end, { container, clean, signal })
  } catch (error) {
    // What it printed last often says what it waited for.
    throw error === over ? late(work, limitMs, await lastLines(engine, work.vessel.name, clean)) : error
  } finally {
    await putAway(engine, work.vessel, crane.settings)
  }
}

/**
 * Stops what still runs, with grace, and removes it. On a clock of its own: the signal has gone off already when this
 * matters. What fails here is left to others, so that it hides neither a good end nor the reason of a bad one.
 */
async function putAway(engine: DockerEngine, vessel: Vessel, settings: ContainerCraneSettings): Promise<void> {
  const graceMs = Math.min(settings.graceMs ?? DEFAULT_GRACE_MS, settings.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS)
  using limit = deadline(graceMs + CLEAR_MS)
  const { signal } = limit
  try {
    const found = await engine.inspectContainer(vessel.name, { signal })
    const graceSeconds = Math.ceil(graceMs / 1000)
    if (found?.status === 'running' || found?.status === 'paused')
      await engine.stopContainer(found.id, { signal, graceSeconds, limitMs: graceMs + MARGIN_MS })
  } catch {
    // The removal is with force.
  }
  await clearVessel(engine, vessel, { signal }).catch(() => {})
}

function cleaner(env: ContainerCraneSettings['env'], secrets: readonly Secret[]): Clean {
  const redactor = createRedactor()
  const values = [...Object.values(env), ...secrets.map(({ content }) => new TextDecoder().decode(content))]
  for (const value of values) if (value.trim().length >= SHORTEST_SECRET) redactor.add(value)
  return (text) => redactor.redact(text)
}

function late({ what }: Work, limitMs: number, lines: readonly string[]): SalvageError {
  return new SalvageError('CRANE.TIMEOUT', `${what} did not end within ${String(limitMs / 1000)} s`, {
    why: lastWords(lines),
    hint: 'see what it waits for, perhaps a lock of another machine, or give it a longer "timeout"',
  })
}
