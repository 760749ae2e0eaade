import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { bakRecipe, pinDump } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, DumpPlace } from '@salvage-kit/k8s'

/** Which of both databases of the variables. */
export type BakDatabaseName = 'postgres' | 'mysql'

/**
 * The one container that everything of a verb goes to: of a pod that runs and is not about to go. Rejects with `NS.NOT_ENABLED`
 * when the variables do not have this database, and with `DUMP.NO_POD`.
 */
export async function databasePlace(
  cluster: Cluster,
  settings: BakSettings,
  of: BakDatabaseName,
  options: CallOptions,
): Promise<DumpPlace> {
  const { enabled, resource, container } = settings[of]
  const switched = `BAK_DB_${of.toUpperCase()}`
  if (!enabled)
    throw new SalvageError('NS.NOT_ENABLED', `${switched} is not true`, {
      hint: `set ${switched}=true`,
      untouched: true,
    })
  const { namespace } = settings
  const found = await pinDump(cluster, { namespace, ...resource }, { container }, options)
  if (found === undefined)
    throw new SalvageError(
      'DUMP.NO_POD',
      `${resource.kind} ${namespace}/${resource.name} is not there, or has no pods`,
      {
        hint: `see ${switched}_EXEC_RESOURCE`,
        retryable: true,
        untouched: true,
      },
    )
  return { where: { namespace, pod: found.pod, container: found.container }, recipe: bakRecipe(settings, of) }
}
