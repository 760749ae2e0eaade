import { withPoints } from '../../src/testing/index.ts'
import type { World } from './world.ts'

/**
 * Lets the work go on until its nth point and then never again: what SIGKILL does to everything that the process was about
 * to do. Resolves with whether it came so far.
 */
export async function untilPoint(
  there: World,
  n: number,
  work: (rig: World['rig']) => Promise<unknown>,
): Promise<boolean> {
  let count = 0
  const crashed = Promise.withResolvers<'crashed'>()
  const rig = withPoints(there.rig, async () => {
    count += 1
    if (count < n) return
    crashed.resolve('crashed')
    await new Promise(() => undefined)
  })
  const ended = await Promise.race([
    work({ ...rig, locks: there.rig.locks }).then(() => 'ended' as const),
    crashed.promise,
  ])
  return ended === 'crashed'
}
