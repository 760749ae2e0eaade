import type { CallOptions } from '@salvage-kit/core'
import { checkDump, dumpDatabase, restoreDump, storedDump } from '@salvage-kit/k8s'
import type { Cluster, Dump, DumpCheck, DumpPlace, StoredDump } from '@salvage-kit/k8s'

type ExecCluster = Pick<Cluster, 'exec'>

/** Looks whether a dump can be made, and makes it unless that is all that is wanted. Rejects as `dumpDatabase`. */
export async function dump(
  cluster: ExecCluster,
  place: DumpPlace,
  { signal, dryRun }: CallOptions & { readonly dryRun: boolean },
): Promise<{ readonly check: DumpCheck; readonly dump?: Dump }> {
  const check = await checkDump(cluster, place, { signal })
  return dryRun ? { check } : { check, dump: await dumpDatabase(cluster, place, { signal }) }
}

/** What dump lies there. Rejects with `DUMP.NO_DUMP`. */
export async function dumpInfo(cluster: ExecCluster, place: DumpPlace, options: CallOptions): Promise<StoredDump> {
  return storedDump(cluster, place, options)
}

/** Loads the dump that was looked at, and no other, into its database. Rejects as `restoreDump`. */
export async function loadDump(
  cluster: ExecCluster,
  place: DumpPlace,
  options: CallOptions & { readonly sum: string },
): Promise<void> {
  await restoreDump(cluster, place, options)
}
