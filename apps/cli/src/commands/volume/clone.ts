import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Makes a new volume of what another one holds, and prints its name. */
export async function execute(invocation: Invocation): Promise<number> {
  const [volume = '', target = ''] = invocation.args
  return withVolumes(invocation, async ({ volumes, signal, warn }) => {
    const { findings } = await volumes.clone(volume, target, { signal })
    warn(findings)
    printResult(invocation, { volume: target, findings }, [target])
    return 0
  })
}
