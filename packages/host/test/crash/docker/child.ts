import { writeSync } from 'node:fs'
import { listPoints, makePlan, probe, restore, run, survey } from '@salvage-kit/core'
import type { Rig, RunReport, Store } from '@salvage-kit/core'
import { withPoints } from '@salvage-kit/core/testing'
import { craneStore } from '@salvage-kit/docker'
import { archiveStore } from '@salvage-kit/local'
import { rigOn } from './rig.ts'
import type { Wishes } from './wishes.ts'

// Does one piece of work as any process would, and kills itself at the point that it was given.
const [text] = process.argv.slice(2)
if (text === undefined) throw new Error('usage: child WISHES')
const wishes: Wishes = JSON.parse(text)
const plain = rigOn(wishes.host, wishes.state)
let points = 0
const rig = withPoints(plain, async (name) => {
  points += 1
  if (points === wishes.point || name === wishes.at) {
    writeSync(1, `killed at ${name}\n`)
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  }
})
writeSync(1, 'begin\n')
const report = await work(rig)
writeSync(1, `ended ${report.outcome} after ${String(points)} points\n`)

async function work(on: Rig): Promise<RunReport> {
  const { runId } = wishes
  const signal = new AbortController().signal
  const archives = archiveStore(wishes.archives)
  switch (wishes.work) {
    case 'run-crane':
      return copy(on, craneStore('c'), signal)
    case 'run-archive':
      return copy(on, archives, signal)
    case 'restore-new':
    case 'restore-in-place': {
      const [volume] = wishes.volumes
      const inPlace = wishes.work === 'restore-in-place'
      for await (const point of listPoints(on, archives, { signal }))
        if (point.target === `docker:${String(volume)}`)
          return restore(on, {
            runId,
            point,
            store: archives,
            to: inPlace ? point.target : `docker:${String(volume)}-restored`,
            inPlace,
            maxHoldMs: 60_000,
          })
      throw new Error(`no point of ${String(volume)}`)
    }
  }
}

async function copy(on: Rig, store: Store, signal: AbortSignal): Promise<RunReport> {
  const found = await survey(on, { signal })
  const plan = makePlan(
    found,
    await probe(on, found, { signal, stores: [store] }),
    {
      targets: wishes.volumes.map((volume) => `docker:${volume}` as const),
      grouping: 'smart',
      store,
      maxHoldMs: 60_000,
      maxConcurrent: 2,
    },
    { runId: wishes.runId, now: new Date(), machine: 'crash' },
  )
  return run(on, plan, { init: true })
}
