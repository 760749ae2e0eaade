import type { TargetRef } from '../target/reference.ts'
import type { Workload } from '../target/workload.ts'
import { sortedBy } from './compare.ts'

/** The workloads of a survey, looked up: a plan may have as many groups as there are targets, and asks for each. */
export interface Neighbours {
  /** Who uses one of these targets, sorted by id, each once. */
  readonly usersOf: (targets: readonly TargetRef[]) => readonly Workload[]
  /** Who lives in this workload. */
  readonly guestsOf: (workload: string) => readonly Workload[]
  /** What each workload depends on directly, by id. */
  readonly needs: ReadonlyMap<string, readonly string[]>
}

/** Takes O(n log n). */
export function neighboursOf(workloads: readonly Workload[]): Neighbours {
  const users = new Map<string, Workload[]>()
  const guests = new Map<string, Workload[]>()
  for (const workload of workloads) {
    for (const ref of workload.uses) add(users, ref, workload)
    for (const host of workload.livesIn ?? []) add(guests, host, workload)
  }
  return {
    usersOf: (targets) => sortedBy(new Set(targets.flatMap((ref) => users.get(ref) ?? [])), ({ id }) => id),
    guestsOf: (workload) => guests.get(workload) ?? [],
    needs: new Map(workloads.map(({ id, dependsOn }) => [id, dependsOn])),
  }
}

function add(index: Map<string, Workload[]>, key: string, workload: Workload): void {
  const known = index.get(key)
  if (known === undefined) index.set(key, [workload])
  else known.push(workload)
}
