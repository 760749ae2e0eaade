import { makePlan, newRunId, probe, run, survey } from '@salvage-kit/core'
import type { Rig, RunReport, TargetRef } from '@salvage-kit/core'
import { archiveStore } from '@salvage-kit/local'

/** Copies one target into archives, as the command line does; `planned` is called between plan and run. */
export async function copy(
  rig: Rig,
  target: TargetRef,
  archives: string,
  planned: () => Promise<void> = async () => {},
): Promise<RunReport> {
  const signal = new AbortController().signal
  const found = await survey(rig, { signal })
  const tide = {
    targets: [target],
    grouping: 'smart',
    store: archiveStore(archives),
    maxHoldMs: 60_000,
    maxConcurrent: 1,
  } as const
  const now = new Date()
  const runId = newRunId(now, String(now.getTime()))
  const plan = makePlan(found, await probe(rig, found, { signal, stores: [tide.store] }), tide, {
    runId,
    now,
    machine: 'm',
  })
  await planned()
  return run(rig, plan, { init: true })
}
