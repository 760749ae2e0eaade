import type { OpenRig } from '@salvage-kit/host'
import { plural } from '../output/plan-text.ts'
import type { Check } from './check.ts'

/** Node, the state directory with its journal, and the Docker engine. */
export async function checkMachine(rig: OpenRig): Promise<readonly Check[]> {
  const pending = await rig.journal.pending()
  const runs = new Set(pending.map((entry) => entry.runId)).size
  return [
    { name: 'node', state: 'good', text: process.versions.node },
    { name: 'state', state: 'good', text: rig.stateDirectory },
    pending.length === 0
      ? { name: 'journal', state: 'good', text: 'nothing to put back' }
      : {
          name: 'journal',
          state: 'stuck',
          finding: {
            code: 'DOCTOR.PENDING',
            message: `${plural(pending.length, 'step')} of ${plural(runs, 'run')} to take back, or still at work`,
            hint: 'salvage-kit recover takes back what dead runs left',
          },
        },
    dockerCheck(rig),
  ]
}

function dockerCheck({ docker }: OpenRig): Check {
  switch (docker.state) {
    case 'connected':
      return { name: 'docker', state: 'good', text: 'the engine answers' }
    case 'off':
      return { name: 'docker', state: 'absent', text: 'switched off in the configuration' }
    case 'absent':
      return { name: 'docker', state: 'absent', text: 'there is no engine here; dir: targets need none' }
    case 'unreachable':
      return { name: 'docker', state: 'bad', ...(docker.failure === undefined ? {} : { finding: docker.failure }) }
  }
}
