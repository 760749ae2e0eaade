import type { CallOptions } from '@salvage-kit/core'
import type { ContainerSummary } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { clearVessel } from './clear-vessel.ts'
import { isCertainlyDead } from './process-identity.ts'
import { ACTION_LABEL, LIFT_LABEL, PROCESS_LABEL, UNTIL_LABEL } from './vessel-labels.ts'

/** Its process reads what an ended container says at once, and then removes it. */
const FORGOTTEN_MS = 10 * 60_000

/**
 * Removes the containers of list, check, lower and forget whose process is dead: no journal knows them. Those of a process
 * that may live stay, until they are over their time or have ended long ago. Lifts are left to `clear`.
 */
export async function sweepVessels(engine: DockerEngine, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const vessels = await engine.listContainers([ACTION_LABEL], options)
  if (vessels.length === 0) return
  const nowMs = await engine.now(options)
  const cleared = await Promise.allSettled(
    vessels.map(async (vessel) => {
      const id = vessel.labels[LIFT_LABEL]
      if (id === undefined || !(await isAbandoned(engine, vessel, nowMs, options))) return
      await clearVessel(engine, { id }, options)
    }),
  )
  // One that cannot be removed keeps no other.
  for (const one of cleared) if (one.status === 'rejected') throw one.reason
}

async function isAbandoned(
  engine: DockerEngine,
  { id, labels, status, createdSeconds }: ContainerSummary,
  nowMs: number,
  options: CallOptions,
): Promise<boolean> {
  if (nowMs > Number(labels[UNTIL_LABEL])) return true
  if (await isCertainlyDead(engine, labels[PROCESS_LABEL] ?? '', options)) return true
  if (status === 'created') return nowMs - createdSeconds * 1000 > FORGOTTEN_MS
  if (status !== 'exited' && status !== 'dead') return false
  const ended = await engine.inspectContainer(id, options)
  return ended !== undefined && nowMs - Date.parse(ended.finishedAt) > FORGOTTEN_MS
}
