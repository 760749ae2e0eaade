import { join } from 'node:path'
import { recoverFirst, run } from '@salvage-kit/core'
import type { Plan, Reporter, RunReport } from '@salvage-kit/core'
import { loadConfig } from '../../../src/config/load-config.ts'
import { openRig } from '../../../src/rig/open-rig.ts'
import { planTide } from '../../../src/tide/plan-tide.ts'

/** Runs a tide once as the command line does, with the configuration and the state in a folder. */
export async function runTide(
  folder: string,
  tide: string,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Reporter },
): Promise<{ readonly plan: Plan; readonly report: RunReport }> {
  const loaded = await loadConfig({ environment: {}, directory: folder })
  const scope = { targets: [], stores: [], tide }
  const stateDirectory = join(folder, 'state')
  await using rig = await openRig({ loaded, stateDirectory, directory: folder, scope, report }, { signal })
  const plan = await planTide(rig, { tide, targets: [] }, { signal, settle: () => recoverFirst(rig, { signal }) })
  return { plan, report: await run(rig, plan, { signal, init: true }) }
}
