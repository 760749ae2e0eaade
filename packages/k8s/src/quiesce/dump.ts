import { deadline, formatDuration, SalvageError } from '@salvage-kit/core'
import type { Quiescer } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { callId } from '../dump/ask.ts'
import { abandonDump, checkDump, dumpDatabase } from '../dump/dump.ts'
import { pinDump } from '../dump/pin.ts'
import type { DatabaseKind, DumpPlace } from '../dump/recipe.ts'
import type { Dump } from '../dump/schema.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { nameOf, workloadId } from '../workload/workload-id.ts'
import { DumpSettings } from './dump-settings.ts'
import { DumpToken } from './dump-token.ts'
import { departure } from './exec-place.ts'
import type { HookPlace } from './exec-token.ts'
import { DUMP } from './settings.ts'
import { readSettings, readToken, workloadOf } from './token.ts'

const LIMIT_MS = 3_600_000
const RESUME_MS = 60_000

/** What {@link dumpQuiescer} takes. */
export interface DumpQuiescerSettings {
  /** Told of each dump when it is in place, before it is cut. */
  readonly onDump?: (workload: string, dump: Dump) => void
  /** A password that may not stand in a plan; goes before what the settings say. Undefined: they say it. */
  readonly passwordOf?: (workload: string, database: DatabaseKind) => string | undefined
}

/**
 * Dumps a database onto its own volume before it is cut. The database runs on: what is consistent in the cut is the dump. All
 * of it goes to one container, pinned by `prepare`, which also checks that a dump can be made. `resume` has nothing to put
 * back; it ends a dump that still runs for nobody and removes its part. The dump stays where it is, for the next one to
 * replace. A workload without pods is at rest, and its last dump stays as it is.
 *
 * Codes: `K8S.NO_WORKLOAD`, `K8S.SETTINGS`, `K8S.TOKEN`, `DUMP.NO_POD`, `DUMP.CHANGED`, `DUMP.TIMEOUT`, and those of
 * `dumpDatabase`.
 */
export function dumpQuiescer(cluster: Cluster, { onDump, passwordOf }: DumpQuiescerSettings = {}): Quiescer {
  const dumpPlace = (of: WorkloadName, place: HookPlace, settings: DumpSettings): DumpPlace =>
    placeOfDump(of.namespace, place, settings, passwordOf?.(workloadId(of), settings.database))
  return {
    id: DUMP,
    prepare: async (workload, given, options) => {
      options.signal.throwIfAborted()
      const settings = readSettings(DumpSettings, given, workload)
      const of = workloadOf(workload)
      const { pod } = settings.options
      const spot = {
        ...(pod === undefined ? {} : { pod }),
        ...(settings.container === undefined ? {} : { container: settings.container }),
      }
      const place = await pinDump(cluster, of, spot, options)
      if (place !== undefined) await checkDump(cluster, dumpPlace(of, place, settings), options)
      return {
        version: 1,
        as: 'dump',
        ...of,
        id: callId(),
        ...(place === undefined ? {} : { place: { ...place } }),
        settings: { ...settings, options: { ...settings.options } },
      }
    },
    quiesce: async (given, options) => {
      options.signal.throwIfAborted()
      const token = readToken(DumpToken, given)
      const { place, settings, namespace, id } = token
      if (place === undefined) return
      const why = await departure(cluster, namespace, place, options)
      if (why !== undefined) throw changed(token, why)
      const { timeoutMs = LIMIT_MS } = settings
      using limit = deadline(timeoutMs, options.signal, tooLong(token, timeoutMs))
      const at = dumpPlace(token, place, settings)
      const dump = await dumpDatabase(cluster, at, { signal: limit.signal, id })
      options.note?.({ dump: settings.database, ...dump })
      onDump?.(workloadId(token), dump)
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = readToken(DumpToken, given)
      const { place, settings, namespace, id } = token
      if (place === undefined || quiesced === 'yes') return []
      if ((await departure(cluster, namespace, place, { signal })) !== undefined) return []
      await abandonDump(cluster, dumpPlace(token, place, settings), id, { signal })
      return []
    },
    patienceMs: () => RESUME_MS,
    atRest: async (given, options) => {
      options.signal.throwIfAborted()
      const { place, namespace } = readToken(DumpToken, given)
      const why = place === undefined ? undefined : await departure(cluster, namespace, place, options)
      return why === undefined ? { atRest: true } : { atRest: false, why }
    },
  }
}

function placeOfDump(
  namespace: string,
  { pod, container }: HookPlace,
  settings: DumpSettings,
  password: string | undefined,
): DumpPlace {
  const { shell, pod: _pod, 'character-set': characterSet, 'full-percent': fullPercent, ...recipe } = settings.options
  return {
    where: { namespace, pod, container, ...(shell === undefined ? {} : { shell }) },
    recipe: {
      database: settings.database,
      ...recipe,
      ...(characterSet === undefined ? {} : { characterSet }),
      ...(fullPercent === undefined ? {} : { fullPercent: Number(fullPercent) }),
      ...(password === undefined ? {} : { password }),
    },
  }
}

function changed(token: DumpToken, why: string): SalvageError {
  return new SalvageError('DUMP.CHANGED', `${nameOf(token)} has changed since it was looked at`, {
    why,
    hint: 'run again, and leave the pods alone meanwhile',
    untouched: true,
  })
}

function tooLong(token: DumpToken, ms: number): SalvageError {
  return new SalvageError('DUMP.TIMEOUT', `the dump of ${nameOf(token)} is not done after ${formatDuration(ms)}`, {
    why: 'it was ended, and the last dump is as it was',
    hint: 'if it needs longer, set salvage-kit.io/timeout',
  })
}
