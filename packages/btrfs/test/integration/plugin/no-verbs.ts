import type { VolumeVerbs } from '../../../src/plugin/volume-verbs.ts'

async function none(): Promise<never> {
  throw new Error('this test has no such verb')
}

/** For tests of Docker's own calls. */
export const NO_VERBS: VolumeVerbs = {
  snapshot: none,
  snapshots: none,
  removeSnapshot: none,
  restore: none,
  clone: none,
  send: none,
  sync: none,
  purge: none,
  schedule: none,
  scheduled: none,
  pauseSchedule: none,
  resumeSchedule: none,
}
