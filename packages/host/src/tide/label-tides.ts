import type { Finding } from '@salvage-kit/core'
import type { LabelTide } from '@salvage-kit/docker'
import { cronFault } from './cron.ts'
import type { Setting, TideSource } from './merge-tides.ts'

/** The tides of the root container's labels, and those whose schedule is rubbish, which are left out. */
export interface LabelTides {
  readonly tides: readonly TideSource[]
  readonly problems: readonly (Finding & { readonly tide: string })[]
}

/** Takes over what the labels of a container say of tides; checks their schedules, which the labels leave as text. */
export function labelTides(tides: readonly LabelTide[], container: string, now: Date): LabelTides {
  const good: TideSource[] = []
  const problems: (Finding & { tide: string })[] = []
  for (const { name, cron, grouping, crane, maxConcurrent } of tides) {
    const placeOf = (setting?: Setting): string => placeOfLabel(container, name, setting)
    const fault = cronFault(cron, now)
    if (fault === undefined)
      good.push({ name, cron: cron.trim(), grouping, to: `crane:${crane}`, maxConcurrent, placeOf })
    else
      problems.push({
        code: 'TIDE.CRON',
        message: `${placeOf('cron')}: ${JSON.stringify(cron)} is not a schedule`,
        ...fault,
        tide: name,
      })
  }
  return { tides: good, problems }
}

function placeOfLabel(container: string, name: string, setting: Setting | undefined): string {
  const label = setting === 'to' ? 'crane' : setting
  return `container ${container}, label salvage.tides.${name}${label === undefined ? '' : `.${label}`}`
}
