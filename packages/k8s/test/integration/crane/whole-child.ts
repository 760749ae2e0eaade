import type { RestorePoint, TargetRef } from '@salvage-kit/core'
import { WholeCase, wholeRig } from './whole-rig.ts'
import { restoreOnce, runOnce } from './whole-work.ts'

/** A run, or with a point a restore, in a process that a test can kill: `node whole-child.ts CASE WORK`, both as JSON. */
const [one = '', work = ''] = process.argv.slice(2)
const { point, target }: { point?: RestorePoint; target: TargetRef } = JSON.parse(work)
const rig = await wholeRig(WholeCase.parse(JSON.parse(one)))
await (point === undefined ? runOnce(rig, target, { keeps: false }) : restoreOnce(rig, point, target))
