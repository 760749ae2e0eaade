import type { Config } from '../config/config.ts'
import type { Scope } from '../rig/platforms.ts'
import { isOfRancher } from '../target/rancher-target.ts'

/** Whether a command may need the Rancher 1.6 server. Reads nothing; what it finds is known only when it is looked at. */
export function needsCattle(config: Config, scope: Scope): boolean {
  const tide = scope.tide === undefined ? undefined : config.tides?.[scope.tide]
  if ([...scope.targets, ...(tide?.targets ?? [])].some(isOfRancher)) return true
  return scope.survey === true && scope.btrfs !== true && config.cattle !== undefined
}
