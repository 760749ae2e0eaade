import { survey } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { checkCluster, checkReports, checkVolumes } from '@salvage-kit/host'
import type { CheckedPlace, CheckedRight, OpenRig } from '@salvage-kit/host'
import { checkMachine } from '../doctor/machine.ts'
import { checkPrograms } from '../doctor/programs.ts'
import type { Check } from '../doctor/check.ts'
import { failureText } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { openSession, placeOf } from '../session.ts'

/**
 * Looks at what a run would need and changes nothing. Exit code 0 when nothing is wrong, 5 when something that is needed
 * is missing, 4 when a dead run left something to put back.
 */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const place = await placeOf(invocation)
  await using rig = await openSession(
    { ...invocation, options: { ...options, quiet: true } },
    { targets: [], stores: [], survey: true },
    signal,
    { place },
  )
  const cluster = rig.kubernetes === undefined ? [] : await checkCluster(rig.kubernetes, place.loaded, { signal })
  // What cannot be looked at is told of once.
  const isAway = cluster.some(({ isNeeded, finding }) => isNeeded && finding !== undefined)
  const backends = rig.backends.filter((one) => !isAway || one !== rig.kubernetes?.backend)
  const found = await survey({ ...rig, backends }, { signal })
  const checks: Check[] = [
    ...(await checkMachine(rig)),
    ...(await checkPrograms(signal)),
    ...clusterChecks(rig, cluster),
    ...(await checkVolumes(rig)).map(volumesCheck),
    ...found.problems.map(labelCheck),
    ...rig.slips(found.targets).map(labelCheck),
    ...(await checkReports(place.loaded)).map(reportCheck),
  ]
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, checks }, undefined, 2)}\n`)
  else for (const check of checks) if (options.quiet !== true || check.state !== 'good') terminal.out(checkText(check))
  if (checks.some((check) => check.state === 'stuck')) return 4
  return checks.some((check) => check.state === 'bad') ? 5 : 0
}

function volumesCheck({ what, path, finding, isThere }: CheckedPlace): Check {
  if (finding !== undefined) return { name: what, state: 'bad', finding }
  return { name: what, state: isThere ? 'good' : 'absent', text: isThere ? path : `${path} is not there yet` }
}

/** The cluster in one line when nothing is missing, else what is. */
function clusterChecks({ kubernetes }: OpenRig, rights: readonly CheckedRight[]): readonly Check[] {
  if (kubernetes === undefined)
    return [{ name: 'kubernetes', state: 'absent', text: 'nothing is configured that needs a cluster' }]
  const lacking = rights.flatMap(({ finding, isNeeded }) => (finding === undefined ? [] : [{ finding, isNeeded }]))
  const { cluster, namespaces } = kubernetes
  if (lacking.length === 0)
    return [{ name: 'kubernetes', state: 'good', text: `${cluster.server}, ${namespaces.join(', ')}` }]
  return lacking.map(({ finding, isNeeded }) => ({
    name: 'kubernetes',
    state: isNeeded ? 'bad' : 'warning',
    finding,
  }))
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
