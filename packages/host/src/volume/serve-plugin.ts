import type { CallOptions, Reporter } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { openRig } from '../rig/open-rig.ts'
import { pluginVerbs } from './plugin-verbs.ts'
import { openVolumes } from './volumes.ts'

/** What serving the verbs of BTRFS takes. */
export interface VolumeServiceSettings {
  readonly loaded: LoadedConfig
  readonly stateDirectory: string
  readonly directory: string
  readonly report: Reporter
}

/** What serving the plugin takes. */
export interface PluginSettings extends VolumeServiceSettings {
  /** Called once, when the first call may come. Must not throw. */
  readonly onListening?: (socket: string) => void
}

/**
 * Serves the volume plugin until the signal, then resolves when calls that run are over. Rejects at the start with what
 * `openRig` and `runPlugin` reject with.
 */
export async function servePlugin(
  { loaded, stateDirectory, directory, report, onListening }: PluginSettings,
  { signal }: CallOptions,
): Promise<void> {
  const scope = { targets: [], stores: [], btrfs: true }
  await using rig = await openRig({ loaded, stateDirectory, directory, scope, report }, { signal })
  for (const finding of rig.warnings) report({ type: 'warning', finding })
  const volumes = await openVolumes(rig)
  const { runPlugin } = await import('@salvage-kit/btrfs')
  const verbs = pluginVerbs(volumes, (finding) => report({ type: 'warning', finding }))
  await runPlugin(volumes.settings, { rig, verbs, signal, ...(onListening === undefined ? {} : { onListening }) })
}
