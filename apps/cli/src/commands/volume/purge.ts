import { formatDuration } from '@salvage-kit/core'
import { requireKnownVolume } from '@salvage-kit/host'
import type { Purged } from '@salvage-kit/host'
import { failureText } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { table } from '../../output/table.ts'
import { withVolumes } from '../../volume-session.ts'

/** Options of `volume purge`. */
export interface PurgeOptions {
  readonly dryRun?: boolean
  /** As buttervolume writes it. */
  readonly dryrun?: boolean
}

/**
 * Removes the snapshots that a pattern does not keep; with `--dry-run` a table says what becomes of each and why. Exit code 3
 * when some of them could not be removed, 1 when none could.
 */
export async function execute(invocation: Invocation<PurgeOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  const [pattern = '', volume = ''] = args
  const dryRun = options.dryRun === true || options.dryrun === true
  return withVolumes(
    invocation,
    async ({ volumes, signal, warn }) => {
      const purged = await volumes.purge(volume, pattern, { signal, dryRun })
      if (purged.verdicts.length === 0) await requireKnownVolume(volumes, volume, { signal })
      if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, dryRun, ...purged }, undefined, 2)}\n`)
      else {
        warn(purged.findings)
        if (dryRun) terminal.out(verdictsText(purged))
        for (const { failure } of purged.failed) terminal.err(failureText(failure))
      }
      if (purged.failed.length === 0) return 0
      return purged.removed.length === 0 ? 1 : 3
    },
    { reads: dryRun },
  )
}

function verdictsText({ verdicts }: Purged): string {
  return table(
    [{ heading: 'SNAPSHOT' }, { heading: 'AGE', align: 'right' }, { heading: 'VERDICT' }, { heading: 'REASON' }],
    verdicts.map(({ name, keep, reason, age }) => [name, ageText(age), keep ? 'keep' : 'drop', reason]),
  )
}

/** To the minute, as patterns have it. */
function ageText(age: number | undefined): string {
  if (age === undefined) return ''
  if (age < 0) return `in ${ageText(-age)}`
  return age < 60_000 ? '<1m' : formatDuration(Math.floor(age / 60_000) * 60_000)
}
