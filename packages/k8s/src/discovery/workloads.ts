import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { Finding, Problem, Workload } from '@salvage-kit/core'
import type { Annotations } from '../annotation/key.ts'
import { isExcluded, restOf } from '../annotation/rest.ts'
import type { Rest } from '../annotation/rest.ts'
import { tidesOf } from '../annotation/tides.ts'
import { SCALE } from '../quiesce/settings.ts'
import type { Controller } from '../workload/controller.ts'
import type { Pod } from '../workload/pod.ts'
import { claimsIn } from '../workload/pod.ts'
import { unscalable } from '../workload/scalable.ts'
import type { WorkloadName } from '../workload/workload-id.ts'
import { claimRef, nameOf, workloadId } from '../workload/workload-id.ts'
import { bearerOf } from './bearer.ts'
import type { Collected } from './collected.ts'

/** A workload with what it says of the tides of its claims. */
export interface Found {
  readonly workload: Workload
  readonly claims: readonly string[]
  readonly tides: readonly string[]
  readonly excluded: boolean
  readonly annotations: Annotations
  readonly where: string
  readonly problems: readonly Problem[]
}

/** Controllers, and pods whose controller is of no kind that is listed, each with its pods. */
export function workloadsOf(collected: Collected): readonly Found[] {
  const { pods, controllers, deployments } = collected
  const groups = Map.groupBy(pods, (pod) => workloadId(bearerOf(pod, deployments)))
  const known = new Set(controllers.map(workloadId))
  const existing = new Set(collected.claims.map(({ name }) => name))
  const alone = [...groups].flatMap(([id, [first]]) =>
    known.has(id) || first === undefined ? [] : bearerOf(first, deployments),
  )
  return [...controllers, ...alone].map((of) => found(of, groups.get(workloadId(of)) ?? [], existing))
}

function found(of: WorkloadName | Controller, pods: readonly Pod[], existing: ReadonlySet<string>): Found {
  const controls = 'template' in of ? of : undefined
  const [first] = pods
  const annotations = controls?.annotations ?? first?.annotations ?? {}
  const where = nameOf(of)
  const claims = claimsOf(controls, pods, existing)
  const live = pods.some((pod) => pod.live) || (controls?.replicas ?? 0) > 0
  const containers = controls?.template.containers.map(({ name }) => name) ?? first?.containers ?? []
  const tides = told(() => tidesOf(annotations, where), [])
  const excluded = told(() => isExcluded(annotations, where), false)
  const project = controls?.project ?? first?.project
  return {
    workload: {
      id: workloadId(of),
      name: where,
      state: live ? 'running' : 'stopped',
      ...(project === undefined ? {} : { project }),
      uses: claims.map((claim) => claimRef(of.namespace, claim)),
      dependsOn: [],
      ...rest(of, controls, () => restOf(annotations, where, containers)),
    },
    claims,
    tides: tides.value,
    excluded: excluded.value,
    annotations,
    where,
    problems: [...tides.problems, ...excluded.problems],
  }
}

/** What stays of a value that cannot be read, and why. */
export function told<T>(read: () => T, otherwise: T): { readonly value: T; readonly problems: readonly Finding[] } {
  try {
    return { value: read(), problems: [] }
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return { value: otherwise, problems: [findingOf(error)] }
  }
}

function rest(
  of: WorkloadName,
  controls: Controller | undefined,
  read: () => Rest,
): Pick<Workload, 'quiesce' | 'left' | 'refused' | 'down'> {
  const against = controls === undefined ? noController(of) : unscalable(controls)
  const down = against === undefined ? { down: { quiescer: SCALE, settings: {} } } : {}
  const { value, problems } = told<Rest | undefined>(read, undefined)
  const [problem] = problems
  if (value === undefined) return { quiesce: [], ...(problem === undefined ? {} : { refused: problem }), ...down }
  const scales = value.quiesce.some(({ quiescer }) => quiescer === SCALE)
  if (scales && against !== undefined) return { quiesce: [], refused: against }
  return { ...value, ...down }
}

function noController(of: WorkloadName): Finding {
  return {
    code: 'SCALE.NO_CONTROLLER',
    message: `${nameOf(of)} cannot be scaled down`,
    why: 'only a Deployment or a StatefulSet can be',
    hint: 'bring it to rest by commands or a dump',
  }
}

/** Of its pods, of the pods that it would have, and those that it made for pods of before. */
function claimsOf(
  controls: Controller | undefined,
  pods: readonly Pod[],
  existing: ReadonlySet<string>,
): readonly string[] {
  const names = new Set(pods.filter(({ live }) => live).flatMap((pod) => pod.claims))
  if (controls === undefined) for (const pod of pods) for (const claim of pod.claims) names.add(claim)
  if (controls !== undefined) {
    for (const claim of claimsIn(controls.template, '')) names.add(claim)
    for (const prefix of controls.claimPrefixes)
      for (const claim of existing)
        if (claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length))) names.add(claim)
  }
  return [...names].filter((name) => existing.has(name)).toSorted()
}
