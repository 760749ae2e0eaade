import type { Texts } from '../client/schema.ts'

/** The label that says what a service is, before its image does. */
export const TYPE_LABEL = 'backup.type'
const DISABLE_LABEL = 'backup.disable'

/** Whether a service is dumped as far as its label goes, and whether the label is one that people write. */
export interface Enabled {
  readonly enabled: boolean
  readonly unusual: boolean
}

/** `false`, `0`, `no` and `off` in any case leave it on; anything else, nothing too, turns it off. Absent: undefined. */
export function enabledBy(labels: Texts): Enabled | undefined {
  const value = labels[DISABLE_LABEL]?.trim().toLowerCase()
  if (value === undefined) return undefined
  const enabled = ['false', '0', 'no', 'off'].includes(value)
  return { enabled, unusual: !enabled && !['true', '1', 'yes', 'on'].includes(value) }
}
