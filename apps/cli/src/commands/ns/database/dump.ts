import { formatBytes } from '@salvage-kit/core'
import { dump } from '@salvage-kit/host/ns'
import type { BakDatabaseName } from '@salvage-kit/host/ns'
import type { Execute } from '../../../invocation.ts'
import { withDatabase } from '../../../ns-session.ts'

/** Writes a dump onto the volume of its database; a dry run checks only. No snapshot is made. */
export function executeOf(of: BakDatabaseName): Execute {
  return async (invocation) =>
    withDatabase(invocation, of, async ({ ns, place, dryRun, signal, say }) => {
      const { check, dump: made } = await dump(ns.cluster, place, { signal, dryRun })
      say(`${check.version}; the volume is used to ${check.usedPercent} percent`)
      if (made === undefined) say('dry run: nothing is dumped')
      else invocation.terminal.out(`${place.recipe.file ?? ''} ${formatBytes(made.bytes)} ${made.sum}\n`)
      return 0
    })
}
