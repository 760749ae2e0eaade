import { hostname } from 'node:os'
import type { CallOptions } from '@salvage-kit/core'
import { readState, readTides, timetable } from '@salvage-kit/host'
import type { Due, LoadedConfig } from '@salvage-kit/host'
import type { Status } from './status-schema.ts'
import { statusOf } from './tide-status.ts'

/** The status without a daemon, from configuration, labels and catalog: when tides would be due. Changes nothing. */
export async function offlineStatus(
  loaded: LoadedConfig,
  stateDirectory: string,
  { signal }: CallOptions,
): Promise<Status> {
  using state = readState(stateDirectory)
  const { tides, problems, failure } = await readTides(loaded, { signal })
  const machine = loaded.config.machine ?? hostname()
  const next = (name: string): Due | undefined => {
    const { cron, timeZone, jitterMs, blackout } = tides.get(name) ?? {}
    if (cron === undefined || problems.some(({ tide }) => tide === name)) return undefined
    return timetable({ cron, timeZone, jitterMs, blackout }, { machine, tide: name }).next(new Date())
  }
  const { catalog } = state
  const all = failure === undefined ? problems : [...problems, failure]
  return await statusOf({ machine, tides, catalog, next, works: [], problems: all })
}
