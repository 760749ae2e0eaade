import type { Archive, DockerVolumeSource, Finding, LiftRef, RestorePoint } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import type { Contract } from './contract.ts'
import { judgeAction } from './exit-codes.ts'
import { perform } from './perform.ts'
import type { PerformOptions } from './perform.ts'
import { readLiftResult } from './result-files.ts'
import { DEFAULT_TIMEOUT_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { judge } from './verdict.ts'
import { liftVessel } from './vessel-labels.ts'
import { liftWork, liftWork2 } from './work.ts'

/** What is lifted, and how. */
export interface Lift {
  readonly ref: LiftRef
  readonly crane: NamedCrane
  readonly contract: Contract
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
      conclude: (end) => archive(ref, takenAt, { id: ref.id, token: null }, judge(work.what, end)),
    })
  }
  const work = liftWork2(vessel, crane, ref, source, takenAt)
  return perform(engine, crane, work, {
    ...all,
    async conclude(end, stage) {
      const verdict = judgeAction(work.what, 'lift', ref.store, end)
      const { findings, ...said } = await readLiftResult(engine, stage.container, { what: work.what, ...stage })
      const told = [...findings, ...verdict.findings]
      return archive(ref, takenAt, said, verdict.partial && told.length === 0 ? [unsaid(work.what)] : told)
    },
  })
}

function archive(
  ref: LiftRef,
  takenAt: string,
  said: Pick<RestorePoint, 'id' | 'bytes' | 'storedBytes' | 'files' | 'token'>,
  findings: readonly Finding[],
): Archive {
  return {
    point: {
      kind: 'archive',
      ...said,
      target: ref.target,
      store: ref.store.ref,
      takenAt,
      state: findings.length === 0 ? 'good' : 'partial',
      machine: ref.machine,
      runId: ref.runId,
    },
    findings,
  }
}

function unsaid(what: string): Finding {
  return {
    code: 'CRANE.PARTIAL',
    message: `${what} says that its archive is not whole, and not why`,
    hint: 'see what it prints',
  }
}
