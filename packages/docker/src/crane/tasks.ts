import { hostname } from 'node:os'
import type { CallOptions, CraneContract, LiftRef, Store } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { perform } from './perform.ts'
import type { Stage } from './perform.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { JUDGE } from './judge.ts'
import { turnOf } from './turns.ts'
import { taskVessel } from './vessel-labels.ts'
import { taskWork } from './work.ts'
import type { Task } from './work.ts'

/** How long the question whether a store is there may take: everybody waits for it. */
const CHECK_MS = 10 * 60_000
/** A container over its time is put away by its own process; others wait so much longer. */
const MARGIN_MS = 10 * 60_000

/** A crane of version 2 on its engine. */
export interface ReadyCrane {
  readonly engine: DockerEngine
  readonly crane: NamedCrane
  readonly contract: CraneContract
  readonly store: Store
  readonly machine: string | undefined
}

/** What {@link runTask} takes besides the task. */
export interface TaskOptions<Outcome> extends CallOptions {
  /** The lift that is withdrawn. */
  readonly ref?: LiftRef
  /** Reads what the crane said, when it did its work. */
  readonly conclude: (stage: Stage & { readonly what: string }) => Promise<Outcome> | Outcome
}

/** Runs one action that is not a lift. Rejects with the errors of `perform` and `JUDGE`. */
export async function runTask<Outcome>(
  on: ReadyCrane,
  task: Omit<Task, 'machine'>,
  { ref, signal, conclude }: TaskOptions<Outcome>,
): Promise<Outcome> {
  const { engine, crane, store } = on
  // What takes something back waits for nobody: others may go on for hours, and its own time is short.
  using _turn = ref === undefined ? await turnOf(engine, crane, signal) : undefined
  const ownMs = crane.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const isQuestion = task.action === 'check' && task.point === undefined
  const limitMs = isQuestion ? Math.min(ownMs, CHECK_MS) : ownMs
  const vessel = await taskVessel(engine, task.action, {
    signal,
    untilMs: Date.now() + limitMs + MARGIN_MS,
    ...(ref === undefined ? {} : { ref }),
    ...(task.point === undefined ? {} : { target: task.point.target }),
  })
  const work = taskWork(vessel, crane, { ...task, machine: on.machine ?? hostname() })
  return await perform(engine, crane, work, {
    signal,
    limitMs,
    conclude(end, stage) {
      JUDGE.action(work.what, task.action, store, end)
      return conclude({ ...stage, what: work.what })
    },
  })
}
