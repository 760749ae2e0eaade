import { dumpInfo } from '@salvage-kit/host/ns'
import type { BakDatabaseName } from '@salvage-kit/host/ns'
import type { Execute } from '../../../invocation.ts'
import { withDatabase } from '../../../ns-session.ts'

/** Tells when the dump that is there was made, in UTC, how large it is, and its sum. */
export function executeOf(of: BakDatabaseName): Execute {
  return async (invocation) =>
    withDatabase(invocation, of, async ({ ns, place, signal }) => {
      const { options, terminal } = invocation
      const found = await dumpInfo(ns.cluster, place, { signal })
      const { bytes, sum } = found
      const modified = found.modified.toISOString().replace('.000Z', 'Z')
      const info = { file: place.recipe.file ?? '', modified, bytes, sum }
      terminal.out(
        options.json === true ? `${JSON.stringify({ version: 1, ...info })}\n` : `${Object.values(info).join(' ')}\n`,
      )
      return 0
    })
}
