import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import { expect } from 'vitest'
import { rigOn } from './rig.ts'
import type { Yard } from './yard.ts'

/** Recovers as the next process would; everything must be as before, and a second recovery must find nothing. */
export async function expectRecovered(yard: Yard, before: unknown, where: string): Promise<number> {
  const rig = rigOn(yard.engine.host, join(yard.folder, 'state'))
  const signal = new AbortController().signal
  const since = performance.now()
  const report = await recover(rig, { signal })
  const ms = performance.now() - since
  expect(report.stuck, where).toEqual([])
  expect(report.alive, where).toEqual([])
  expect(await yard.state(), where).toEqual(before)
  expect(await rig.journal.pending(), where).toEqual([])
  expect(await recover(rig, { signal }), where).toEqual({ undone: 0, stuck: [], alive: [] })
  return ms
}
