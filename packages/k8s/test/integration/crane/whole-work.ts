import { randomBytes } from 'node:crypto'
import { makePlan, newRunId, probe, restore, run, survey } from '@salvage-kit/core'
import type { Rig, RestorePoint, RunReport, Store, TargetRef, Tide } from '@salvage-kit/core'
import { jobStore } from '../../../src/crane/job-crane.ts'

const options = { signal: new AbortController().signal }
const HOLD_MS = 60_000

/** The store of crane Jobs, and that of snapshots which stay. */
const OFFSITE: Store = jobStore('offsite')
const KEPT: Store = { ref: 'csi:default', crane: 'csi', settings: {} }

/** One run: the claim is cut and lifted; with `keeps` the same cut stays as well. */
export async function runOnce(rig: Rig, target: TargetRef, { keeps }: { readonly keeps: boolean }): Promise<RunReport> {
  const found = await survey(rig, options)
  const tide: Tide = {
    targets: [target],
    store: OFFSITE,
    ...(keeps ? { snapshots: KEPT } : {}),
    grouping: 'individual',
    maxHoldMs: HOLD_MS,
    maxConcurrent: 2,
  }
  const can = await probe(rig, found, { ...options, stores: [OFFSITE], snapshots: tide.snapshots })
  const plan = makePlan(found, can, tide, { runId: newId(), now: new Date(), machine: 'test' })
  return run(rig, plan, { init: true })
}

/** One restore into a claim that is not there yet. */
export async function restoreOnce(rig: Rig, point: RestorePoint, to: TargetRef): Promise<RunReport> {
  return restore(rig, { runId: newId(), point, store: OFFSITE, to, inPlace: false, maxHoldMs: HOLD_MS })
}

function newId(): string {
  return newRunId(new Date(), randomBytes(3).toString('hex'))
}
