import { requireKnownVolume } from '@salvage-kit/host'
import { usageError } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { runScheduleHere } from '../../schedule-here.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Options of `volume schedule`. */
export interface ScheduleOptions {
  readonly run?: boolean
}

/** Schedules something, or with `--run` does what is scheduled until it is stopped. */
export async function execute(invocation: Invocation<ScheduleOptions>): Promise<number> {
  const { args, options } = invocation
  const [action, timer, volume] = args
  if (options.run === true) {
    if (action !== undefined) throw usageError('--run takes no arguments', { hint: 'schedule first, then run' })
    return runScheduleHere(invocation)
  }
  if (action === undefined || timer === undefined || volume === undefined)
    throw usageError('an action, a timer and a volume are needed', {
      hint: 'write salvage-kit volume schedule snapshot 60 VOLUME, or --run',
    })
  return withVolumes(invocation, async ({ volumes, signal, warn }) => {
    // What is taken off, paused or resumed may be of a volume that is gone.
    if (/^\s*0*[1-9]/.test(timer)) await requireKnownVolume(volumes, volume, { signal })
    const findings = await volumes.schedule(volume, action, timer)
    warn(findings)
    printResult(invocation, { volume, action, timer, findings }, [])
    return 0
  })
}
