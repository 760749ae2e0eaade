import type { Archive, CraneContract, DockerVolumeSource, LiftRef } from '@salvage-kit/core'
import { lifted, liftedUntold } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { JUDGE } from './judge.ts'
import { perform } from './perform.ts'
import type { PerformOptions } from './perform.ts'
import { liftResult } from './result-files.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { liftVessel } from './vessel-labels.ts'
import { liftWork, liftWork2 } from './work.ts'

/** What is lifted, and how. */
export interface Lift {
  readonly ref: LiftRef
  readonly crane: NamedCrane
  readonly contract: CraneContract
  readonly source: DockerVolumeSource
}

/** One volume, one container, one archive. */
export async function liftVolume(
  engine: DockerEngine,
  { ref, crane, contract, source }: Lift,
  options: Omit<PerformOptions<Archive>, 'conclude' | 'limitMs'>,
): Promise<Archive> {
  const takenAt = new Date().toISOString()
  const all = { ...options, limitMs: crane.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS }
  const vessel = liftVessel(ref)
  if (contract.version === 1) {
    const work = liftWork(vessel, crane, ref, source)
    return perform(engine, crane, work, {
      ...all,
      conclude: (end) => liftedUntold(ref, takenAt, JUDGE.lift(work.what, end)),
    })
  }
  const work = liftWork2(vessel, crane, ref, source, takenAt)
  return perform(engine, crane, work, {
    ...all,
    async conclude(end, stage) {
      const verdict = JUDGE.action(work.what, 'lift', ref.store, end)
      const said = await liftResult(engine, stage.container, { what: work.what, ...stage })
      return lifted(ref, takenAt, work.what, said, verdict)
    },
  })
}
