import { dump, dumpInfo, loadDump } from '@salvage-kit/host/ns'
import type { BakDatabaseName } from '@salvage-kit/host/ns'
import type { Execute } from '../../../invocation.ts'
import { withDatabase } from '../../../ns-session.ts'

/** Options of a restore of a dump. */
export interface RestoreDumpOptions {
  readonly force?: boolean
}

/** Loads the dump that is there, once somebody has said yes; another answer is no failure. */
export function executeOf(of: BakDatabaseName): Execute<RestoreDumpOptions> {
  return async (invocation) =>
    withDatabase(invocation, of, async ({ ns, place, dryRun, signal, say }) => {
      const { options, terminal } = invocation
      await dump(ns.cluster, place, { signal, dryRun: true })
      const { modified, sum } = await dumpInfo(ns.cluster, place, { signal })
      const { namespace, pod } = place.where
      const what = `the dump of ${modified.toISOString()} into ${of} in ${namespace}/${pod}`
      if (dryRun) say(`dry run: ${what} would be loaded`)
      else if (
        options.force !== true &&
        !/^y(?:es)?$/i.test((await terminal.ask(`Load ${what}? [y/N] `, signal)).trim())
      )
        terminal.out('cancelled\n')
      else {
        await loadDump(ns.cluster, place, { signal, sum })
        terminal.out(`loaded ${what}\n`)
      }
      return 0
    })
}
