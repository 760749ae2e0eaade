import { formatBytes } from '@salvage-kit/core'
import { checkOutput, download } from '@salvage-kit/host/ns'
import type { BakDatabaseName } from '@salvage-kit/host/ns'
import type { Execute } from '../../../invocation.ts'
import { withDatabase } from '../../../ns-session.ts'

/** Options of a download. */
export interface DownloadDumpOptions {
  readonly output?: string
  readonly retries: number
}

/** Copies the dump that is there into a file here, whole or not at all. */
export function executeOf(of: BakDatabaseName): Execute<DownloadDumpOptions> {
  return async (invocation) => {
    const { options, terminal } = invocation
    const { output, retries } = options
    checkOutput(output)
    return withDatabase(invocation, of, async ({ ns, place, signal }) => {
      const to = { directory: terminal.directory, ...(output === undefined ? {} : { output }) }
      const { path, bytes, sum } = await download(ns.cluster, place, to, { signal, retries })
      terminal.out(`${path} ${formatBytes(bytes)} ${sum}\n`)
      return 0
    })
  }
}
