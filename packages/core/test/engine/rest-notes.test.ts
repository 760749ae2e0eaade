import { expect, it } from 'vitest'
import type { RestNote } from '../../src/quiesce/quiescer.ts'
import { changed, withQuiescer, withSnapshotter } from './changed.ts'
import { reportOf } from './kept-run.ts'
import { planOf, world } from './world.ts'

it('snapshots are told what quiescers said of the rest that they cut', async () => {
  const there = world({ snapshots: true })
  const plan = await planOf(there, 'the-quiescers', { lifted: false })
  const [first, ...others] = plan.groups.flatMap(({ quiesce }) => quiesce.flat())
  expect(first).toBeDefined()
  const heard: (readonly RestNote[])[] = []
  const telling = withQuiescer(there, first?.quiescer ?? '', (own) => ({
    quiesce: async (token, options) => {
      options.note?.({ sum: 'sha256:00' })
      await own.quiesce(token, options)
    },
  }))
  const { backends } = withSnapshotter(there, (own) => ({
    take: async (ref, options) => {
      heard.push(options.notes ?? [])
      await own.take(ref, options)
    },
  }))
  const rig = changed({ ...there, rig: telling }, () => ({
    snapshotters: backends.flatMap((one) => one.snapshotters ?? []),
  }))
  await reportOf(rig, there, { lifted: false })
  const tellers = [first, ...others].filter((step) => step?.quiescer === first?.quiescer)
  expect(heard.length).toBeGreaterThan(0)
  const said = new Set(heard.flat().map((note) => JSON.stringify(note)))
  expect(said).toEqual(
    new Set(
      tellers.map((step) =>
        JSON.stringify({ workload: step?.workload, quiescer: step?.quiescer, note: { sum: 'sha256:00' } }),
      ),
    ),
  )
})
