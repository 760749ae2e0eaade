import { hostname } from 'node:os'
import type { CallOptions, LiftRef, Store } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { jobOfTask } from './job-ref.ts'
import { JUDGE } from './judge.ts'
import { perform } from './perform.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { taskWork } from './work.ts'
import type { Task } from './work.ts'

/** How long the question whether a store is there may take: everybody waits for it. */
const CHECK_MS = 10 * 60_000

/** A crane and where its Jobs are to run. */
export interface ReadyCrane {
  readonly cluster: Cluster
  readonly crane: NamedCrane
  readonly store: Store
  readonly namespace: string
  readonly machine: string | undefined
}

/** What {@link runTask} takes besides the task. */
export interface TaskOptions<Outcome> extends CallOptions {
  /** The lift that is withdrawn. */
  readonly ref?: LiftRef
  /** Reads what the crane said, when it did its work. */
  readonly conclude: (what: string, tell: () => Promise<readonly string[]>) => Promise<Outcome> | Outcome
}

/** Runs one action that is not a lift. Rejects with the errors of `perform` and `JUDGE`. */
export async function runTask<Outcome>(
  on: ReadyCrane,
  task: Task,
  { ref, signal, conclude }: TaskOptions<Outcome>,
): Promise<Outcome> {
  const { cluster, crane, store, namespace } = on
  const ownMs = crane.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const isQuestion = task.action === 'check' && task.point === undefined
  const job = jobOfTask(task.action, namespace, {
    ...(ref === undefined ? {} : { ref }),
    ...(task.destination === undefined ? {} : { fills: task.destination }),
  })
  const work = taskWork(crane, on.machine ?? hostname(), task)
  return perform(cluster, crane, job, work, {
    signal,
    limitMs: isQuestion ? Math.min(ownMs, CHECK_MS) : ownMs,
    conclude(end, tell) {
      JUDGE.action(work.what, task.action, store, end)
      return conclude(work.what, tell)
    },
  })
}
