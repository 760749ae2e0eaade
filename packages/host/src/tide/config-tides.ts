import { resolve } from 'node:path'
import type { TargetRef } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Config } from '../config/config.ts'
import { SETTING_WORDS } from './merge-tides.ts'
import type { Setting, TideSource } from './merge-tides.ts'

/** The tides of the configuration file, those that only directories name among them. */
export function configTides({ config, placeOf }: LoadedConfig): readonly TideSource[] {
  const entries = Object.entries(config.tides ?? {}).map(([name, tide]): TideSource => ({
    name,
    cron: tide.cron?.trim(),
    grouping: tide.grouping,
    to: tide.to ?? (tide.crane === undefined ? undefined : `crane:${tide.crane}`),
    snapshots: tide.snapshots,
    targets: tide.targets,
    keep: tide.keep,
    maxHoldMs: tide.maxHold,
    maxConcurrent: tide.maxConcurrent,
    hold: tide.hold,
    healthTimeoutMs: tide.healthTimeout,
    timeZone: tide.timeZone,
    jitterMs: tide.jitter,
    blackout: tide.blackout,
    catchUp: tide.catchUp,
    placeOf: (setting) => placeOf(['tides', name, ...keyOf(setting, tide.to !== undefined)]),
  }))
  return [...entries, ...directoryTides(config, placeOf)]
}

function directoryTides(config: Config, placeOf: LoadedConfig['placeOf']): readonly TideSource[] {
  return (config.directories ?? []).flatMap((directory, index) =>
    (directory.tides ?? []).map((name, at): TideSource => {
      const target: TargetRef = `dir:${resolve(directory.path)}`
      return { name, targets: [target], placeOf: () => placeOf(['directories', index, 'tides', at]) }
    }),
  )
}

function keyOf(setting: Setting | undefined, hasTo: boolean): readonly string[] {
  if (setting === undefined) return []
  return [setting === 'to' && !hasTo ? 'crane' : SETTING_WORDS[setting]]
}
