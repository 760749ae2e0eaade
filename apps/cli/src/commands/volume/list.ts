import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Lists volumes by name. */
export async function execute(invocation: Invocation): Promise<number> {
  return withVolumes(
    invocation,
    async ({ volumes, signal }) => {
      const names = await volumes.list({ signal })
      printResult(invocation, { volumes: names }, names)
      return 0
    },
    { reads: true },
  )
}
