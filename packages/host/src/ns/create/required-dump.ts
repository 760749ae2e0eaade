import { SalvageError } from '@salvage-kit/core'
import type { Quiescer } from '@salvage-kit/core'
import { z } from 'zod'

const pinned = z.looseObject({ place: z.looseObject({}).optional() })

/**
 * A quiescer of dumps for who needs a dump: a workload without pods is not at rest but missing, since there would be no dump of
 * this run in the snapshot. `prepare` rejects with `DUMP.NO_POD` besides.
 */
export function requiredDump(dump: Quiescer): Quiescer {
  return {
    ...dump,
    prepare: async (workload, settings, options) => {
      const token = await dump.prepare(workload, settings, options)
      if (pinned.parse(token).place !== undefined) return token
      throw new SalvageError('DUMP.NO_POD', `${workload} is not there, or has no pods`, {
        hint: 'see BAK_DB_POSTGRES_EXEC_RESOURCE and BAK_DB_MYSQL_EXEC_RESOURCE',
        retryable: true,
        untouched: true,
      })
    },
  }
}
