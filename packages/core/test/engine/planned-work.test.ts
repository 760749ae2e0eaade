import { expect, it } from 'vitest'
import type { PlannedWork } from '../../src/backend.ts'
import { SalvageError } from '../../src/error.ts'
import { run } from '../../src/run/run.ts'
import { changed } from './changed.ts'
import { never, planOf, world } from './world.ts'

it('each backend is asked about all that the plan is, before a part of it is asked', async () => {
  const there = world({ snapshots: true })
  const asked: PlannedWork[] = []
  let prepared = 0
  const rig = changed(there, (backend) => ({
    preflight: async (work) => {
      asked.push(work)
      throw new SalvageError('K8S.RIGHTS', 'no', { why: 'missing: all', hint: 'the Role' })
    },
    quiescers: (backend.quiescers ?? []).map((quiescer) => ({
      ...quiescer,
      prepare: async (...given) => {
        prepared += 1
        return quiescer.prepare(...given)
      },
    })),
  }))
  const plan = await planOf(there, '20261121t080000z-c0ffee')
  await expect(run(rig, plan, { signal: never })).rejects.toMatchObject({
    code: 'PREFLIGHT.FAILED',
    why: 'missing: all',
    hint: 'the Role',
  })
  const steps = plan.groups.flatMap((group) => [...group.whileQuiesced, ...group.afterResume])
  expect(asked).toHaveLength(1)
  expect(asked[0]?.quiesce.map(({ workload }) => workload)).toEqual(
    plan.groups.flatMap((group) => [...group.quiesce.flat(), ...group.idle].map(({ workload }) => workload)),
  )
  expect(asked[0]?.cuts).toHaveLength(steps.filter(({ kind }) => kind === 'snapshot').length)
  expect(asked[0]?.lifts.filter(({ live }) => !live)).toHaveLength(asked[0]?.cuts.length ?? -1)
  expect(prepared).toBe(0)
})

it('a backend is told what is cut at one instant', async () => {
  const there = world({ snapshots: true })
  there.platform.cutsTogether = true
  const asked: PlannedWork[] = []
  const rig = changed(there, () => ({ preflight: async (work) => void asked.push(work) }))
  const plan = await planOf(there, '20261121t080000z-c0ffee')
  await run(rig, plan, { signal: never })
  const planned = plan.groups
    .flatMap((group) => group.whileQuiesced)
    .flatMap((step) => (step.kind === 'snapshot' ? step.ref.together : []))
  expect(planned.filter((one) => one !== undefined).length).toBeGreaterThan(1)
  expect(asked.flatMap(({ cuts }) => cuts.map(({ together }) => together))).toEqual(planned)
})
