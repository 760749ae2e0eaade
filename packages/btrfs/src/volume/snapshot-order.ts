import type { VolumeSnapshot } from './volume-snapshot.ts'

/**
 * Oldest first. Of what was cut here the generations tell, so that a clock that was set back does not make the newest look
 * old; what was received came in any order, so its time tells, as it does among equals. A marker stands behind its snapshot.
 */
export function oldestFirst(snapshots: readonly VolumeSnapshot[]): readonly VolumeSnapshot[] {
  const places = placesOf(snapshots)
  const placeOf = (one: VolumeSnapshot): number =>
    places.get(baseOf(one)) ?? places.get(one.name) ?? one.date?.getTime() ?? Number.NEGATIVE_INFINITY
  const keyed = snapshots.map((one) => ({ one, place: placeOf(one) }))
  keyed.sort(
    (a, b) =>
      compare(a.place, b.place) || compare(baseOf(a.one), baseOf(b.one)) || compare(a.one.host ?? '', b.one.host ?? ''),
  )
  return keyed.map(({ one }) => one)
}

/** By name: the time of each, but at least that of those of the same volume that were cut before it. */
function placesOf(snapshots: readonly VolumeSnapshot[]): ReadonlyMap<string, number> {
  const cut = snapshots.filter(({ host, receivedUuid }) => host === undefined && receivedUuid === undefined)
  cut.sort(
    (a, b) =>
      compare(a.generation ?? 0, b.generation ?? 0) ||
      compare(a.date?.getTime() ?? 0, b.date?.getTime() ?? 0) ||
      compare(a.name, b.name),
  )
  const latest = new Map<string, number>()
  const places = new Map<string, number>()
  for (const { name, volume, date } of cut) {
    const before = latest.get(volume) ?? Number.NEGATIVE_INFINITY
    const own = date?.getTime() ?? before
    // The smallest step that keeps both apart.
    const place = own > before ? own : before + 0.001
    latest.set(volume, place)
    places.set(name, place)
  }
  return places
}

function baseOf({ volume, time }: VolumeSnapshot): string {
  return `${volume}@${time}`
}

function compare<T extends number | string>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
