import { expect } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import type { TargetReport } from '../../src/report/report.ts'
import { run } from '../../src/run/run.ts'
import { leftBehind, planOf } from './world.ts'
import type { World } from './world.ts'

export const RUN = '20261121t080000z-c0ffee'
export const broken: SalvageError = new SalvageError('MEMORY.BROKEN', 'broken')

/** What became of the targets of a run that leaves everybody as before, and nothing to take back. */
export async function reportOf(
  rig: World['rig'],
  there: World,
  tide: Parameters<typeof planOf>[2],
): Promise<readonly TargetReport[]> {
  const before = leftBehind(there.platform)
  const report = await run(rig, await planOf(there, RUN, tide))
  expect(report.stuck).toEqual([])
  expect(leftBehind(there.platform)).toEqual(before)
  expect(await there.rig.journal.pending()).toEqual([])
  return report.groups.flatMap(({ targets }) => targets)
}

/** What stands in both stores. */
export function standing({ platform }: World): unknown {
  return { kept: [...platform.kept.keys()].toSorted(), archives: [...platform.archives.keys()].toSorted() }
}
