import { requireKnownVolume } from '@salvage-kit/host'
import type { Invocation } from '../../invocation.ts'
import { printResult, withVolumes } from '../../volume-session.ts'

/** Lists the snapshots and markers of one volume, or of all, oldest first; what each is stands in the JSON. */
export async function execute(invocation: Invocation): Promise<number> {
  const [volume] = invocation.args
  return withVolumes(
    invocation,
    async ({ volumes, signal }) => {
      const snapshots = await volumes.snapshots(volume, { signal })
      if (volume !== undefined && snapshots.length === 0) await requireKnownVolume(volumes, volume, { signal })
      const names = snapshots.map(({ name }) => name)
      printResult(invocation, { snapshots }, names)
      return 0
    },
    { reads: true },
  )
}
