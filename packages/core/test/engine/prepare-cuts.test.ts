import { expect, it } from 'vitest'
import { run } from '../../src/run/run.ts'
import type { Snapshotter } from '../../src/snapshot/snapshotter.ts'
import { planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

function withPrepare({ rig }: World, prepare: Snapshotter['prepare']): World['rig'] {
  const backends = rig.backends.map((backend) => ({
    ...backend,
    snapshotters: (backend.snapshotters ?? []).map((one) => (prepare === undefined ? one : { ...one, prepare })),
  }))
  return { ...rig, backends }
}

it('makes each snapshot ready while everything still runs', async () => {
  const there = world({ snapshots: true })
  const seen: string[] = []
  const rig = withPrepare(there, async ({ target }) => {
    seen.push(`${target} ${there.platform.workloads.get('memory:db')?.state ?? ''}`)
  })
  const report = await run(rig, await planOf(there, RUN))
  expect(report.outcome).toBe('good')
  expect(seen.toSorted()[0]).toBe('memory:db running')
  expect(there.platform.workloads.get('memory:db')?.state).toBe('running')
})

it('goes on when that fails, and says that the hold may take longer', async () => {
  const there = world({ snapshots: true })
  const rig = withPrepare(there, async () => {
    throw new Error('the disk is slow')
  })
  const report = await run(rig, await planOf(there, RUN))
  expect(report.groups.flatMap(({ targets }) => targets.map(({ outcome }) => outcome))).not.toContain('failed')
  const warned = there.events.filter((event) => event.type === 'warning').map(({ finding }) => finding)
  expect(warned[0]).toMatchObject({ code: 'SNAPSHOT.UNPREPARED', why: expect.stringContaining('the disk is slow') })
})
