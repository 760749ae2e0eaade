import type { HoldScripts } from '../../../src/index.ts'
import { holdInPod } from '../../../src/index.ts'
import { clusterOf, POD } from '../../exec/cluster-of.ts'

/** Holds until it is killed. Says `held` when it does. */
const [server = '', id = '', directory = ''] = process.argv.slice(2)
const of: HoldScripts = {
  id,
  directory,
  environment: { LOG: `${directory}/log-${id}` },
  quiesce: 'echo quiesced >>"$LOG"',
  thaw: 'echo thawed >>"$LOG"',
}
await holdInPod(clusterOf(server), POD, of, { signal: new AbortController().signal })
process.stdout.write('held\n')
