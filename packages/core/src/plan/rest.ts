import type { Finding } from '../finding.ts'
import type { TargetRef } from '../target/reference.ts'
import type { QuiesceChoice, Workload } from '../target/workload.ts'
import { withGuests } from './guests.ts'
import type { Neighbours } from './neighbours.ts'
import { restOrder } from './order.ts'
import type { Group, QuiesceStep } from './plan.ts'

/** How the workloads of one group come to rest, or why they cannot. */
export type Rest =
  | ({
      readonly kind: 'possible'
      readonly warnings: readonly Finding[]
      /** Whether somebody who runs is brought to rest: only then is there something to keep short. */
      readonly interrupts: boolean
    } & Pick<Group, 'quiesce' | 'idle' | 'left'>)
  | { readonly kind: 'refused'; readonly finding: Finding; readonly warnings: readonly Finding[] }

/**
 * The waves of one group. The first choices of one dependency level (a hook) make a wave before the second choices of
 * the same level (a stop), and so on. Workloads that were told to stay as they are (`left`) get no step. Stopped ones are
 * at rest already: their last choice keeps them so and is watched; one that could not be brought to rest if it ran is only
 * a warning.
 *
 * Who lives in a workload that is brought down is brought down with it. A workload that is up, and is refused or has no
 * way to rest and was not told to stay up, refuses the whole group.
 */
export function restOf(targets: readonly TargetRef[], { usersOf, guestsOf, needs }: Neighbours): Rest {
  const users = usersOf(targets)
  const stopped = users.filter((workload) => workload.state === 'stopped')
  const running = users.filter((workload) => workload.state !== 'stopped')
  const warnings = stopped.flatMap(({ id, refused }) => (refused === undefined ? [] : [about(id, refused)]))
  for (const workload of running) {
    const finding = refusalOf(workload)
    if (finding !== undefined) return { kind: 'refused', finding, warnings }
  }
  const together = withGuests(running, guestsOf)
  if (together.kind === 'refused') return { ...together, warnings }
  const held = together.up.filter((workload) => workload.left === undefined)
  const { levels, cycles } = restOrder(held, needs)
  return {
    kind: 'possible',
    interrupts: held.some((workload) => workload.state === 'running'),
    quiesce: levels.flatMap(wavesOf),
    left: users.flatMap(({ id, name, left }) => (left === undefined ? [] : [{ workload: id, name, why: left }])),
    idle: stopped.filter(({ left }) => left === undefined).flatMap((workload) => stepsOf(workload).slice(-1)),
    warnings: [...warnings, ...cycles.map(cycleWarning)],
  }
}

function refusalOf({ id, refused, left, quiesce }: Workload): Finding | undefined {
  if (refused !== undefined) return about(id, refused)
  if (left !== undefined || quiesce.length > 0) return undefined
  return {
    code: 'PLAN.RESTLESS',
    message: `workload ${id} is up, and nothing brings it to rest`,
    why: 'a copy that is taken while it writes would not be whole',
    hint: 'tell how it comes to rest, or tell that it may stay up',
  }
}

function about(id: string, { code, message, why, hint }: Finding): Finding {
  return {
    code,
    message: `workload ${id} cannot be brought to rest: ${message}`,
    ...(why === undefined ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
  }
}

function wavesOf(level: readonly Workload[]): readonly (readonly QuiesceStep[])[] {
  const steps = level.map(stepsOf)
  const count = Math.max(0, ...steps.map((own) => own.length))
  return Array.from({ length: count }, (_, place) => steps.flatMap((own) => own.slice(place, place + 1)))
}

function stepsOf({ id, name, quiesce }: Workload): readonly QuiesceStep[] {
  return quiesce.map(({ quiescer, settings }: QuiesceChoice) => ({
    kind: 'quiesce',
    workload: id,
    name,
    quiescer,
    settings,
  }))
}

function cycleWarning(ids: readonly string[]): Finding {
  return {
    code: 'PLAN.DEPENDENCY_CYCLE',
    message: `${ids.join(', ')} depend on each other in a circle`,
    why: 'no order fits, so they come to rest at once and rise at once',
    hint: 'remove one of the dependencies if the order matters',
  }
}
