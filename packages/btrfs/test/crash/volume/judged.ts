import { parsePattern } from '../../../src/retention/pattern.ts'
import { purgeVerdicts } from '../../../src/retention/verdicts.ts'
import type { PurgeVerdicts } from '../../../src/retention/verdicts.ts'
import { listSnapshots } from '../../../src/volume/list-snapshots.ts'
import type { VolumeHost } from '../../../src/volume/place.ts'
import { never } from '../../integration/volume/rig.ts'

/** What a pattern says of the snapshots of a volume, as the command line asks it. */
export async function judged(
  { settings }: Pick<VolumeHost, 'settings'>,
  volume: string,
  pattern: string,
  now: Date,
): Promise<PurgeVerdicts> {
  const listed = await listSnapshots(settings, { ...never, volume })
  const candidates = listed.map(({ name, date, host, generation, kind }) => ({
    name,
    ...(date === undefined ? {} : { time: date }),
    ...(host === undefined ? {} : { host }),
    ...(generation === undefined ? {} : { generation }),
    isSafety: kind === 'safety',
    isUnfinished: kind === 'unfinished',
  }))
  return purgeVerdicts(candidates, parsePattern(pattern), now)
}
