import type { TargetRef } from '../target/reference.ts'
import type { Workload } from '../target/workload.ts'
import { byText } from './compare.ts'
import type { Grouping } from './plan.ts'

/**
 * Which of `targets` come to rest together; each target is in exactly one group. Members are sorted, groups are sorted
 * by their first member, so the order of the input does not matter.
 *
 * - `individual`: every target for itself; a workload of n targets belongs to n groups.
 * - `smart`: targets that share a workload, directly or through others.
 * - `project`: like smart, and all workloads of one project count as one. A target belongs to a project only through its
 *   workloads.
 *
 * Every workload that is up connects, one that is left running too; one that is stopped does not. Targets that no
 * workload uses come last: one by one in `individual`, all in one group otherwise, because a group without workloads
 * holds nothing and its lifts may run at once. A target that only stopped workloads use stays in a group of its own: if
 * one of them is started meanwhile, the other copies remain good.
 */
export function groupTargets(
  targets: readonly TargetRef[],
  workloads: readonly Workload[],
  grouping: Grouping,
): readonly (readonly TargetRef[])[] {
  const used = new Set(workloads.flatMap((workload) => workload.uses))
  const idle = targets.filter((ref) => !used.has(ref)).toSorted(byText)
  const components = new Components(targets.filter((ref) => used.has(ref)))
  if (grouping !== 'individual')
    for (const shared of sharedTargets(workloads, grouping).values()) components.connect(shared)
  const groups = components.groups()
  if (idle.length === 0) return groups
  return grouping === 'individual' ? [...groups, ...idle.map((ref) => [ref])] : [...groups, idle]
}

/** Sets of targets that something connects: a workload, or the workloads of one project. */
function sharedTargets(
  workloads: readonly Workload[],
  grouping: 'smart' | 'project',
): ReadonlyMap<string, TargetRef[]> {
  const shared = new Map<string, TargetRef[]>()
  for (const { id, project, state, uses } of workloads) {
    if (state === 'stopped') continue
    const by = grouping === 'project' && project !== undefined ? `project ${project}` : `workload ${id}`
    const refs = shared.get(by)
    if (refs === undefined) shared.set(by, [...uses])
    else refs.push(...uses)
  }
  return shared
}

/** Union-find over targets; unknown ones are passed over. */
class Components {
  readonly #parent: Map<TargetRef, TargetRef>

  constructor(refs: readonly TargetRef[]) {
    this.#parent = new Map(refs.map((ref) => [ref, ref]))
  }

  connect(refs: readonly TargetRef[]): void {
    const [first, ...others] = refs.filter((ref) => this.#parent.has(ref))
    if (first === undefined) return
    for (const other of others) this.#parent.set(this.#root(other), this.#root(first))
  }

  groups(): readonly (readonly TargetRef[])[] {
    const refs = [...this.#parent.keys()].toSorted(byText)
    return [...Map.groupBy(refs, (ref) => this.#root(ref)).values()]
  }

  #root(ref: TargetRef): TargetRef {
    let root = ref
    for (let parent = this.#parent.get(root); parent !== undefined && parent !== root;) {
      root = parent
      parent = this.#parent.get(root)
    }
    this.#parent.set(ref, root)
    return root
  }
}
