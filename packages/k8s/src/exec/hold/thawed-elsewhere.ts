import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { PodPlace } from '../run/pod-script.ts'
import { runScript } from '../run/run-script.ts'
import { placeOf } from '../session/lost.ts'
import { thawProgram } from '../shell/thaw-program.ts'
import type { HoldScripts } from './hold-script.ts'
import { markerOf, timesOf } from './hold-script.ts'

const MARGIN_SECONDS = 15
const ANSWER = /^(?:gone|thawed (\d+))$/

/**
 * Resolves when a hold of this id does not stand any more, whoever held it: at once when there is none, when the pod has thawed
 * by itself, or when this call has run the thaw script there, since the process that held it in the pod is dead, or did not
 * thaw 15 seconds after its patience. A thaw that runs already is waited for. `code` is the exit code of the thaw script when
 * this call ran it; when that is not 0, `stderr` is what it said, the marker stays and a later call tries again. Never call it while the tool that holds
 * still works. Rejects as `runScript`, and as {@link Cluster.exec} when the pod is gone.
 */
export async function thawedElsewhere(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  scripts: Omit<HoldScripts, 'quiesce'>,
  options: CallOptions,
): Promise<{ readonly code?: number; readonly stderr?: string }> {
  const seconds = Math.ceil(timesOf(scripts).patienceMs / 1000) + MARGIN_SECONDS
  const script = thawProgram(scripts.thaw, markerOf(scripts), seconds)
  const { environment = {} } = scripts
  const { code, stdout, stderr } = await runScript(cluster, where, { script, environment }, options)
  const answer = ANSWER.exec(stdout.toString().trim())
  if (code !== 0 || answer === null)
    throw new SalvageError('EXEC.SCRIPT_FAILED', `whether ${placeOf(where)} has thawed cannot be found out`, {
      why: `the script ended with ${code}. ${stderr}`.trim(),
    })
  if (answer[1] === undefined) return {}
  const thawed = Number(answer[1])
  return { code: thawed, ...(thawed === 0 ? {} : { stderr: stderr.trim() }) }
}
