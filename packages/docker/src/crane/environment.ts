import type { LiftRef } from '@salvage-kit/core'

/**
 * What a crane finds in its environment, as `KEY=value`: its own settings and, stronger than these, the four variables of
 * the crane contract. `SALVAGE_TIDE_TIMESTAMP` is the nominal time of the run in whole seconds since 1970.
 */
export function vesselEnvironment(
  env: Readonly<Record<string, string>>,
  ref: Pick<LiftRef, 'at' | 'machine'>,
  crane: string,
  volume: string,
): readonly string[] {
  const all = {
    ...env,
    SALVAGE_MACHINE_NAME: ref.machine,
    SALVAGE_CRANE_NAME: crane,
    SALVAGE_VOLUME_NAME: volume,
    SALVAGE_TIDE_TIMESTAMP: String(Math.floor(Date.parse(ref.at) / 1000)),
  }
  return Object.entries(all).map(([key, value]) => `${key}=${value}`)
}
