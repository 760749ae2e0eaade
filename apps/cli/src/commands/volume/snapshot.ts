import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Takes a snapshot and prints its name. */
export async function execute(invocation: Invocation): Promise<number> {
  const [volume = ''] = invocation.args
  return withVolumes(invocation, async ({ volumes, signal, warn }) => {
    const { snapshot, findings } = await volumes.snapshot(volume, { signal })
    warn(findings)
    printResult(invocation, { snapshot, findings }, [snapshot])
    return 0
  })
}
