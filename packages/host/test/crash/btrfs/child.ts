import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { btrfsStore } from '@salvage-kit/btrfs'
import { makePlan, probe, run, survey } from '@salvage-kit/core'
import { withPoints } from '@salvage-kit/core/testing'
import { rigOn, VOLUMES } from './rig.ts'
import type { Wishes } from './rig.ts'

// Cuts and sends two volumes as any process would, and kills itself at the point that it was given.
const [text] = process.argv.slice(2)
if (text === undefined) throw new Error('usage: child WISHES')
const wishes: Wishes = JSON.parse(text)
const { signal } = new AbortController()
let points = 0
const rig = withPoints(rigOn(wishes.disk, wishes.state), async (name) => {
  points += 1
  if (points !== wishes.point) return
  writeSync(1, `killed at ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
})
writeSync(1, 'begin\n')
const store = btrfsStore(wishes.store, wishes.kind)
const found = await survey(rig, { signal })
const tide = {
  targets: VOLUMES.map((volume) => `dir:${join(wishes.disk, volume)}` as const),
  grouping: 'smart',
  store,
  maxHoldMs: 60_000,
  maxConcurrent: 2,
} as const
const plan = makePlan(found, await probe(rig, found, { signal, stores: [store] }), tide, {
  runId: wishes.runId,
  now: new Date(wishes.at),
  machine: 'crash',
})
if (plan.groups.some(({ afterResume }) => afterResume.length === 0)) throw new Error('nothing is cut')
const report = await run(rig, plan, { init: true })
writeSync(1, `ended ${report.outcome} after ${String(points)} points\n`)
