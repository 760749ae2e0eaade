import { makePlan, probe, reference, SalvageError, survey } from '@salvage-kit/core'
import type { CallOptions, Plan, Reference, Rig, Store } from '@salvage-kit/core'
import { envConfig, KINDS, renderName } from '@salvage-kit/k8s'
import type { BakSettings, Cluster, Environment } from '@salvage-kit/k8s'
import { DUMP_MS } from './dumps.ts'

/** What a plan of a backup is made of. */
export interface PlanCreateOptions extends CallOptions {
  readonly cluster: Cluster
  readonly settings: BakSettings
  readonly environment: Environment
  /** Pods have another name each time; what they make is one series. */
  readonly machine: string
  readonly runId: string
  /** When the run began: the time in the name, and the day of the tiers. */
  readonly now: Date
}

const CUT_MS = 5 * 60_000

/**
 * Decides what a backup does; changes nothing. Rejects with `NS.NO_CLAIM`, `BAK.NAME`, `CSI.NAME_TAKEN`, and with `PLAN.UNKEPT` when the
 * claim cannot be cut.
 */
export async function planCreate(rig: Rig, options: PlanCreateOptions): Promise<Plan> {
  const { signal, settings, now, machine, runId } = options
  const { namespace, pvc } = settings
  const target = reference(`k8s:${namespace}/${pvc}`)
  const snapshots = await keptIn(options)
  const found = await survey(rig, { signal })
  const capabilities = await probe(rig, found, { signal, stores: [], snapshots })
  const plan = makePlan(
    found,
    capabilities,
    // The databases run on while they are dumped: nobody suffers from a long hold.
    { targets: [target], grouping: 'individual', maxHoldMs: 2 * DUMP_MS + CUT_MS, maxConcurrent: 1, snapshots },
    { runId, now, machine },
  )
  const [left] = plan.skipped
  if (left === undefined) return plan
  const { code, message, ...details } = left.finding
  throw new SalvageError(code, message, { ...details, untouched: true })
}

/** As people write it. */
export function storeRef({ className }: Pick<BakSettings, 'className'>): Reference {
  return reference(`csi:${className === '' ? 'default' : className}`)
}

async function keptIn({ cluster, settings, environment, now, signal }: PlanCreateOptions): Promise<Store> {
  const { namespace, pvc, rand, zone, className, retain, retainDays, type, pod } = settings
  const name = renderName(settings.nameTemplate, { pvc, moment: now, zone, rand })
  if ((await cluster.get(KINDS.volumeSnapshot, { namespace, name }, { signal })) !== undefined)
    throw new SalvageError('CSI.NAME_TAKEN', `the name of the snapshot ${namespace}/${name} is taken`, {
      hint: 'have {{ .rand }} in BAK_VS_NAME_TEMPLATE',
      untouched: true,
    })
  const config = envConfig(environment)
  return {
    ref: storeRef(settings),
    crane: 'csi',
    settings: {
      ...(className === '' ? {} : { class: className }),
      retain: retain === 'days' ? { by: 'days', days: retainDays } : { by: 'tiers' },
      type,
      zone,
      name,
      ...(pod === '' ? {} : { pod }),
      ...(config === '' ? {} : { envConfig: config }),
    },
  }
}
