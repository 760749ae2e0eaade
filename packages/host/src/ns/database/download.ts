import { isAbsolute, join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { downloadDump, downloadName, storedDump } from '@salvage-kit/k8s'
import type { Cluster, DownloadOptions, DumpPlace, StoredDump } from '@salvage-kit/k8s'

/** Where a dump goes. */
export interface DownloadTo {
  /** Absent: the name that backup-ns gave it, in `directory`. */
  readonly output?: string
  readonly directory: string
}

/** A path to write to. Throws `CLI.USAGE` when it is not absolute: backup-ns takes no other, and says so late. */
export function checkOutput(output: string | undefined): void {
  if (output !== undefined && output !== '' && !isAbsolute(output))
    throw new SalvageError('CLI.USAGE', `--output ${JSON.stringify(output)} is not an absolute path`, {
      untouched: true,
    })
}

/** Copies the dump of a container here; both ends have made the same sum of it. Rejects as `downloadDump`. */
export async function download(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  { output = '', directory }: DownloadTo,
  options: DownloadOptions,
): Promise<StoredDump & { readonly path: string }> {
  const path = output === '' ? join(directory, downloadName(place, await storedDump(cluster, place, options))) : output
  return { ...(await downloadDump(cluster, place, path, options)), path }
}
