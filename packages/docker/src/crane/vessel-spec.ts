import type { LiftRef } from '@salvage-kit/core'
import type { ContainerSpec } from '../container.ts'
import { vesselEnvironment } from './environment.ts'
import { extraMounts, VOLUME_PATH } from './mounts.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { DEFAULT_STOP_TIMEOUT_MS } from './settings.ts'
import { vesselLabels, vesselName, volumeLabels } from './vessel-labels.ts'

/**
 * The container of one lift. The image's entry point, command, user and folder stand; it is not removed by the engine, so
 * its exit code and its output cannot be missed. Throws `CRANE.MOUNT`.
 */
export function vesselSpec(
  ref: LiftRef,
  crane: string,
  settings: ContainerCraneSettings,
  volume: string,
): ContainerSpec {
  return {
    name: vesselName(ref),
    image: settings.image,
    env: vesselEnvironment(settings.env, ref, crane, volume),
    labels: vesselLabels(ref),
    mounts: [
      { type: 'volume', name: volume, target: VOLUME_PATH, readOnly: true, noCopy: true, labels: volumeLabels(ref) },
      ...extraMounts(settings.mounts),
    ],
    stopTimeoutSeconds: Math.ceil((settings.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS) / 1000),
    autoRemove: false,
  }
}
