import type { Workload } from '../target/workload.ts'
import { byText, sortedBy } from './compare.ts'
import type { Neighbours } from './neighbours.ts'

/** Workloads in the order in which they come to rest. */
export interface RestOrder {
  /** Those of one level at once, each sorted by id; no workload depends on one of an earlier level. */
  readonly levels: readonly (readonly Workload[])[]
  /** Ids of workloads of this order that depend on each other in a circle; they share a level. */
  readonly cycles: readonly (readonly string[])[]
}

/**
 * Dependants come to rest before what they depend on, directly or through any other by `needs`: what each depends on. A
 * circle has no such order: its members come to rest together, after what depends on them and before what they depend on.
 */
export function restOrder(members: readonly Workload[], needs: Neighbours['needs']): RestOrder {
  const reach = new Map(members.map((member) => [member.id, reachable(member.id, needs)]))
  const reaches = (from: string, to: string): boolean => reach.get(from)?.has(to) === true

  // Who depends on another without a circle reaches more than that one, so this sorts dependants first.
  const sorted = sortedBy(members, (member) => member.id).toSorted(
    (a, b) => (reach.get(b.id)?.size ?? 0) - (reach.get(a.id)?.size ?? 0),
  )
  const levelOf = new Map<string, number>()
  for (const { id } of sorted) {
    let level = 0
    for (const [other, otherLevel] of levelOf)
      if (reaches(other, id) && !reaches(id, other)) level = Math.max(level, otherLevel + 1)
    levelOf.set(id, level)
  }
  const levels = Map.groupBy(
    sortedBy(members, (member) => member.id),
    ({ id }) => levelOf.get(id) ?? 0,
  )
  return {
    levels: [...levels].toSorted(([a], [b]) => a - b).map(([, level]) => level),
    cycles: cyclesOf([...levelOf.keys()].toSorted(byText), reaches),
  }
}

/** The id itself and everything that it depends on. */
function reachable(id: string, needs: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([id])
  // A set may grow while it is walked; what was added is walked too.
  for (const next of found) for (const need of needs.get(next) ?? []) found.add(need)
  return found
}

function cyclesOf(ids: readonly string[], reaches: (from: string, to: string) => boolean): readonly string[][] {
  const cycles = new Map<string, string[]>()
  for (const id of ids) {
    const circle = ids.filter((other) => reaches(id, other) && reaches(other, id))
    const [first] = circle
    if (first !== undefined && circle.length > 1) cycles.set(first, circle)
  }
  return [...cycles.values()]
}
