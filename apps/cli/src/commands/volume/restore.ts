import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Brings a volume back to a snapshot and prints the name of the one that holds what it held before. */
export async function execute(invocation: Invocation): Promise<number> {
  const [snapshot = '', target] = invocation.args
  return withVolumes(invocation, async ({ volumes, signal }) => {
    const restored = await volumes.restore(snapshot, target, { signal })
    printResult(invocation, { ...restored }, restored.safety === undefined ? [] : [restored.safety])
    return 0
  })
}
