import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Options of `volume rm`. */
export interface RemoveOptions {
  readonly force?: boolean
}

/** Removes snapshots; prints nothing but with `--json` the names of what is gone. */
export async function execute(invocation: Invocation<RemoveOptions>): Promise<number> {
  const { args, options } = invocation
  return withVolumes(invocation, async ({ volumes, signal }) => {
    const removed = await volumes.remove(args, { signal, force: options.force === true })
    printResult(invocation, { removed }, [])
    return 0
  })
}
