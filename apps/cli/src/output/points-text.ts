import { formatBytes } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { table } from './table.ts'

const SHORT_ID = 12

/** Restore points as a table. */
export function pointsText(points: readonly RestorePoint[]): string {
  const short = shortIds(points)
  return table(
    [
      { heading: 'POINT' },
      { heading: 'TAKEN' },
      { heading: 'TARGET' },
      { heading: 'STORE' },
      { heading: 'STATE' },
      { heading: 'SIZE', align: 'right' },
    ],
    points.map((point) => [
      short(point.id),
      timeText(point.takenAt),
      point.target,
      point.store,
      point.pinned === undefined ? point.state : `${point.state}, pinned`,
      point.bytes === undefined ? '' : formatBytes(point.bytes),
    ]),
  )
}

/** How ids are written in a table: as short as they can be told apart, twelve characters at least. Hashes only. */
export function shortIds(points: readonly RestorePoint[]): (id: string) => string {
  const ids = [...new Set(points.map((point) => point.id))]
  let length = SHORT_ID
  while (new Set(ids.map((id) => id.slice(0, length))).size < ids.length) length++
  return (id) => (/^[0-9a-f]{40,}$/.test(id) ? id.slice(0, length) : id)
}

/** A time in UTC to the second: `2026-11-21 08:00:12Z`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`
}
