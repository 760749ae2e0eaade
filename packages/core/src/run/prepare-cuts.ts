import { deadline } from '../deadline.ts'
import { findingOf } from '../finding.ts'
import type { Group, SnapshotStep } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import { mapLimit } from './limit.ts'
import { notBeyond } from './not-beyond.ts'
import { snapshotterOf } from './parts.ts'

/** Two minutes write tens of gigabytes; what is slower than that would go on for ever. */
const PREPARE_MS = 120_000
const AT_ONCE = 4

/** Lets snapshotters make their cuts quick while everything still runs. Never rejects: a failure is a warning. */
export async function prepareCuts(rig: Rig, { whileQuiesced }: Group, signal: AbortSignal): Promise<void> {
  const steps = whileQuiesced.filter((step) => step.kind === 'snapshot')
  await mapLimit(steps, AT_ONCE, (step) => prepareOne(rig, step, signal))
}

async function prepareOne(rig: Rig, { snapshotter, ref }: SnapshotStep, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  using limit = deadline(PREPARE_MS, signal)
  try {
    const call = snapshotterOf(rig, snapshotter).prepare?.(ref, { signal: limit.signal })
    await notBeyond(call ?? Promise.resolve(), limit.signal, `making the snapshot of ${ref.target} ready`, 1000)
  } catch (error) {
    if (signal.aborted) return
    const { code, message, why } = findingOf(error)
    const finding = {
      code: 'SNAPSHOT.UNPREPARED',
      message: `the snapshot of ${ref.target} could not be made ready, so its hold may take longer`,
      why: `${message}${why === undefined ? '' : `: ${why}`} [${code}]`,
    }
    rig.report({ type: 'warning', finding })
  }
}
