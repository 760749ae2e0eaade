import type { JsonObject } from '@salvage-kit/core'
import { effectiveBak } from '@salvage-kit/k8s'
import type { BakSettings } from '@salvage-kit/k8s'

/** The settings as backup-ns prints them, passwords aside, and the line about the time before them. */
export function envSettings(
  settings: BakSettings,
  now: Date,
): { readonly time: string; readonly settings: JsonObject } {
  const { zone } = settings
  const short = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'short' })
  const name = short.formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(
    now,
  )
  return { time: `time zone ${zone} (${name}), ${clock}`, settings: effectiveBak(settings) }
}
