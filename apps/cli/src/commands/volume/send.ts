import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Sends a snapshot to a host; prints nothing but with `--json` what came of it. */
export async function execute(invocation: Invocation): Promise<number> {
  const [host = '', snapshot = ''] = invocation.args
  return withVolumes(invocation, async ({ volumes, signal, warn }) => {
    const sent = await volumes.send(snapshot, host, { signal })
    warn(sent.findings)
    printResult(invocation, { host, ...sent }, [])
    return 0
  })
}
