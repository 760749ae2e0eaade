import { formatBytes } from '@salvage-kit/core'
import type { Invocation } from '../../invocation.ts'
import { table } from '../../output/table.ts'
import { withVolumes } from '../../volume-session.ts'

/** Shows what volumes take: in all, by themselves, together with snapshots and clones. */
export async function execute(invocation: Invocation): Promise<number> {
  const { args, options, terminal } = invocation
  return withVolumes(
    invocation,
    async ({ volumes, signal }) => {
      const usage = await volumes.usage(args, { signal })
      if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, usage }, undefined, 2)}\n`)
      else
        terminal.out(
          table(
            [
              { heading: 'VOLUME' },
              { heading: 'TOTAL', align: 'right' },
              { heading: 'EXCLUSIVE', align: 'right' },
              { heading: 'SHARED', align: 'right' },
            ],
            usage.map(({ volume, total, exclusive, shared }) => [
              volume,
              formatBytes(total),
              formatBytes(exclusive),
              formatBytes(shared),
            ]),
          ),
        )
      return 0
    },
    { reads: true },
  )
}
