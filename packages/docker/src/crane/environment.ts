import type { LiftRef } from '@salvage-kit/core'

/**
 * What a crane of version 1 finds in its environment besides its own settings. `SALVAGE_TIDE_TIMESTAMP` is the nominal
 * time of the run in whole seconds since 1970.
 */
export function liftEnvironment(
  ref: Pick<LiftRef, 'at' | 'machine'>,
  crane: string,
  volume: string,
): Readonly<Record<string, string>> {
  return {
    SALVAGE_MACHINE_NAME: ref.machine,
    SALVAGE_CRANE_NAME: crane,
    SALVAGE_VOLUME_NAME: volume,
    SALVAGE_TIDE_TIMESTAMP: String(Math.floor(Date.parse(ref.at) / 1000)),
  }
}
