import { SalvageError } from '@salvage-kit/core'
import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Takes a job off the schedule. Rejects with `SCHEDULE.NO_JOB` when there is none. */
export async function execute(invocation: Invocation): Promise<number> {
  const [action = '', volume = ''] = invocation.args
  return withVolumes(invocation, async ({ volumes }) => {
    if (!(await volumes.unschedule(volume, action)))
      throw new SalvageError(
        'SCHEDULE.NO_JOB',
        `${JSON.stringify(action)} of ${JSON.stringify(volume)} is not scheduled`,
        {
          hint: 'see what is with salvage-kit volume scheduled',
        },
      )
    printResult(invocation, { volume, action }, [])
    return 0
  })
}
