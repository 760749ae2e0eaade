import { setTimeout as sleep } from 'node:timers/promises'
import { findingOf, isSalvageError, recoverFirst, run, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Plan, Reporter, RunReport } from '@salvage-kit/core'
import { checkDump } from '@salvage-kit/k8s'
import type { BakSettings } from '@salvage-kit/k8s'
import { freshRunId } from '../../tide/plan-tide.ts'
import { databasePlace } from '../database/database.ts'
import type { Ns } from '../open-ns.ts'
import { classFinding } from './class-finding.ts'
import { enabledDatabases } from './dumps.ts'
import { planCreate } from './plan-create.ts'
import type { PlanCreateOptions } from './plan-create.ts'
import { createRig } from './rig.ts'
import { rightsOf } from './rights.ts'
import type { Rights } from './rights.ts'
import { takeSlot } from './slot.ts'

/** What a backup takes. */
export interface CreateOptions extends CallOptions {
  readonly settings: BakSettings
  readonly report: Reporter
  /** Default: the time. */
  readonly now?: () => Date
}

const BUSY_PAUSE_MS = 2000

/**
 * Backs a claim up: takes a place on the node, takes back what a dead run left, dumps the databases onto the claim, cuts it, waits
 * until the snapshot is ready, and only then labels it so that it counts. A snapshot that fails is removed again. While another
 * run works on the same claim it is waited for, as long as for a place. Who has the rights of backup-ns alone gets what it did,
 * less its defects: see `NS.FEW_RIGHTS`.
 *
 * Rejects before anything is touched with `NS.NO_DATABASE`, `NS.RIGHTS`, `LOCK.…`, and as `planCreate` and core's `run`.
 */
export async function createBackup(ns: Ns, options: CreateOptions): Promise<RunReport> {
  const { settings, report, now = () => new Date() } = options
  const rights = await check(ns, options)
  await using slot = await takeSlot(ns.cluster, settings, {
    signal: options.signal,
    onWait: (finding) => report({ type: 'warning', finding }),
  })
  const signal = slot?.lost === undefined ? options.signal : AbortSignal.any([options.signal, slot.lost])
  const rig = createRig(ns.cluster, { settings, report, now, rights })
  const until = performance.now() + settings.flock.timeoutMs
  for (let isFirst = true; ; isFirst = false)
    try {
      await recoverFirst(rig, { signal })
      const plan = await planCreate(rig, planOptions(ns, { settings, signal }, now()))
      return await run(rig, plan, { signal })
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'LOCK.BUSY' || performance.now() > until) throw error
      if (isFirst) report({ type: 'warning', finding: findingOf(error) })
      await sleep(BUSY_PAUSE_MS, undefined, { signal })
    }
}

/**
 * What a backup would do. Checks everything that `createBackup` does, in the containers too, and changes nothing. Rejects as it
 * does, and as `checkDump`.
 */
export async function checkBackup(ns: Ns, options: CreateOptions): Promise<Plan> {
  const { settings, report, now = () => new Date(), signal } = options
  const rights = await check(ns, options)
  const rig = createRig(ns.cluster, { settings, report, now, rights })
  const plan = await planCreate(rig, planOptions(ns, options, now()))
  for (const of of enabledDatabases(settings))
    await checkDump(ns.cluster, await databasePlace(ns.cluster, settings, of, { signal }), { signal })
  return plan
}

async function check({ cluster }: Ns, { settings, report, signal }: CreateOptions): Promise<Rights> {
  signal.throwIfAborted()
  if (enabledDatabases(settings).length === 0 && !settings.withoutDatabase)
    throw new SalvageError('NS.NO_DATABASE', 'nothing says which database is to be dumped', {
      hint: 'set BAK_DB_POSTGRES=true or BAK_DB_MYSQL=true, or BAK_DB_SKIP=true when there is none',
      untouched: true,
    })
  const rights = await rightsOf(cluster, settings, { signal })
  if (rights.kind === 'few') report({ type: 'warning', finding: rights.finding })
  const finding = await classFinding(cluster, settings.className, { signal })
  if (finding !== undefined) report({ type: 'warning', finding })
  return rights
}

function planOptions(
  { cluster, environment }: Ns,
  { settings, signal }: Pick<CreateOptions, 'settings' | 'signal'>,
  now: Date,
): PlanCreateOptions {
  return {
    cluster,
    settings,
    environment,
    machine: environment['MACHINE'] ?? settings.namespace,
    runId: freshRunId(now),
    now,
    signal,
  }
}
