import { survey } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { checkCluster, checkClusterState, checkReports, checkVolumes } from '@salvage-kit/host'
import type { CheckedPlace } from '@salvage-kit/host'
import { clusterChecks, lackingRights } from '../doctor/cluster.ts'
import { checkMachine } from '../doctor/machine.ts'
import { checkPrograms } from '../doctor/programs.ts'
import { cattleChecks, isOfCattle } from '../doctor/rancher.ts'
import type { Check } from '../doctor/check.ts'
import { failureText } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { openSession, placeOf } from '../session.ts'
import type { Place } from '../session.ts'

/**
 * Looks at what a run would need and changes nothing. Exit code 0 when nothing is wrong, 5 when something that is needed
 * is missing, 4 when a dead run left something to put back.
 */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const place = await placeOf(invocation)
  // Nothing else can be looked at where journal and locks cannot be had.
  const ofState = lackingRights(await checkClusterState(place.loaded, { signal }))
  const checks = ofState.length > 0 ? ofState : await lookAround(invocation, place, signal)
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, checks }, undefined, 2)}\n`)
  else for (const check of checks) if (options.quiet !== true || check.state !== 'good') terminal.out(checkText(check))
  if (checks.some((check) => check.state === 'stuck')) return 4
  return checks.some((check) => check.state === 'bad') ? 5 : 0
}

async function lookAround(invocation: Invocation, place: Place, signal: AbortSignal): Promise<readonly Check[]> {
  const quietly = { ...invocation, options: { ...invocation.options, quiet: true } }
  await using rig = await openSession(quietly, { targets: [], stores: [], survey: true }, signal, { place })
  const cluster = rig.kubernetes === undefined ? [] : await checkCluster(rig.kubernetes, place.loaded, { signal })
  // What cannot be looked at is told of once.
  const isAway = cluster.some(({ isNeeded, finding }) => isNeeded && finding !== undefined)
  const backends = rig.backends.filter((one) => !isAway || one !== rig.kubernetes?.backend)
  const found = await survey({ ...rig, backends }, { signal })
  return [
    ...(await checkMachine(rig)),
    ...(await checkPrograms(signal)),
    ...clusterChecks(rig, cluster),
    ...(await checkVolumes(rig)).map(volumesCheck),
    ...cattleChecks(found, { asked: place.loaded.config.cattle !== undefined }),
    ...found.problems.filter((problem) => !isOfCattle(problem)).map(labelCheck),
    ...rig.slips(found.targets).map(labelCheck),
    ...(await checkReports(place.loaded)).map(reportCheck),
  ]
}

function volumesCheck({ what, path, finding, isThere }: CheckedPlace): Check {
  if (finding !== undefined) return { name: what, state: 'bad', finding }
  return { name: what, state: isThere ? 'good' : 'absent', text: isThere ? path : `${path} is not there yet` }
}

function labelCheck(finding: Finding): Check {
  return { name: 'labels and directories', state: 'warning', finding }
}

/** Copies are made also when nobody can be told of them. */
function reportCheck(finding: Finding): Check {
  return { name: 'reports', state: 'warning', finding }
}

function checkText({ name, state, text, finding }: Check): string {
  const line = `${state.padEnd(7)}  ${name}${text === undefined ? '' : `: ${text}`}\n`
  if (finding === undefined) return line
  return failureText({ ...finding, message: `${name}: ${finding.message}` }, state.padEnd(7)).replace(
    `${state.padEnd(7)}: `,
    `${state.padEnd(7)}  `,
  )
}
