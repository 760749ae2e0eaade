import { failureText } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Brings what is newer at hosts into a volume. Exit code 3 when some hosts failed, 1 when all did. */
export async function execute(invocation: Invocation): Promise<number> {
  const { args, options, terminal } = invocation
  const [volume = '', ...hosts] = args
  return withVolumes(invocation, async ({ volumes, signal, warn }) => {
    const synced = await volumes.sync(volume, hosts, { signal })
    warn(synced.findings)
    const failures = synced.hosts.flatMap(({ failure }) => failure ?? [])
    if (options.json !== true) for (const failure of failures) terminal.err(failureText(failure))
    printResult(invocation, { volume, ...synced }, [])
    if (failures.length === 0) return 0
    return failures.length === synced.hosts.length ? 1 : 3
  })
}
