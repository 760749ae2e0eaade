import { formatBytes, SalvageError } from '@salvage-kit/core'
import type { Changes, MapSettings } from './shared-map.ts'
import type { ConfigMap } from './schema.ts'

/** What the API server takes in one ConfigMap: 1 MiB of values. */
const MOST_BYTES = 1024 * 1024
/** Kept free, so that what is in the map can always be marked. */
const SPARE_BYTES = 64 * 1024

/** Throws `AREA.FULL` when the map would be larger than the API server takes. `spare`: up to the last byte. */
export function checkRoom(
  map: ConfigMap,
  changes: Changes,
  settings: MapSettings & { readonly where: string; readonly spare: boolean },
): void {
  const bytes = Object.entries({ ...map.data, ...changes }).reduce(
    (sum, [key, value]) => sum + (value === null ? 0 : Buffer.byteLength(value) + Buffer.byteLength(key)),
    0,
  )
  const most = settings.spare ? MOST_BYTES : MOST_BYTES - SPARE_BYTES
  if (bytes <= most) return
  const code = settings.area === 'JOURNAL' ? 'JOURNAL.FULL' : 'LOCK.FULL'
  throw new SalvageError(code, `${settings.where} would have ${formatBytes(bytes)}`, {
    why: `a ConfigMap holds ${formatBytes(MOST_BYTES)} at most`,
    hint: 'let fewer targets go at once, or split the run',
    untouched: true,
  })
}
