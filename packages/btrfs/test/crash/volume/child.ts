import { writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { withPoints } from '@salvage-kit/core/testing'
import type { VolumeHost } from '../../../src/volume/place.ts'
import { cloneVolume } from '../../../src/volume/clone-volume.ts'
import { createVolume } from '../../../src/volume/create-volume.ts'
import { purgeVolume } from '../../../src/volume/purge-volume.ts'
import { restoreVolume } from '../../../src/volume/restore-volume.ts'
import { snapshotVolume } from '../../../src/volume/snapshot-volume.ts'
import { never, rigAt } from '../../integration/volume/rig.ts'
import { judgedSnapshots } from '../../../src/volume/judged-snapshots.ts'
import { observeSteps } from './step-points.ts'
import type { Wishes } from './wishes.ts'

// Does one verb as any process would, and kills itself at the point that it was given. Its wishes come by standard input.
const wishes: Wishes = JSON.parse(await text(process.stdin))
let points = 0
const point = (name: string): void => {
  points += 1
  if (points !== wishes.point) return
  writeSync(1, `killed at ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}
const rig = withPoints(rigAt(wishes.state), async (name) => point(name))
observeSteps(point)
writeSync(1, 'begin\n')
await work({ settings: wishes.settings, rig })
writeSync(1, `ended after ${String(points)} points\n`)

async function work(host: VolumeHost): Promise<unknown> {
  switch (wishes.work) {
    case 'restore':
      return restoreVolume(host, wishes.from, { ...never, target: wishes.volume })
    case 'create':
      return createVolume(host, wishes.volume, { ...never, copyOnWrite: false })
    case 'clone':
      return cloneVolume(host, wishes.from, wishes.volume, never)
    case 'snapshot':
      return snapshotVolume(host, wishes.volume, never)
    case 'purge': {
      const { volume, from: pattern } = wishes
      const now = new Date(wishes.now ?? 0)
      const { verdicts } = await judgedSnapshots(host.settings, { ...never, volume, pattern, now })
      return purgeVolume(host, wishes.volume, { ...never, verdicts })
    }
  }
}
