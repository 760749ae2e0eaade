import type { Finding } from '../finding.ts'
import type { Workload } from '../target/workload.ts'
import { sortedBy } from './compare.ts'
import type { Neighbours } from './neighbours.ts'

/** Workloads that are up and come to rest together, or why they cannot. */
export type WithGuests =
  | { readonly kind: 'possible'; readonly up: readonly Workload[] }
  | { readonly kind: 'refused'; readonly finding: Finding }

/**
 * `up`, and all that live in one of them that is brought down, and in those again; each brought down as well. Sorted by
 * id. Refused with `PLAN.GUEST` when one of them would have to stay up, or could not be put back as it is.
 */
export function withGuests(up: readonly Workload[], guestsOf: Neighbours['guestsOf']): WithGuests {
  const members = new Map(up.map((workload) => [workload.id, workload]))
  // A map may grow, and change, while it is walked; what was added is walked too.
  for (const host of members.values()) {
    if (!isBroughtDown(host)) continue
    for (const found of guestsOf(host.id)) {
      if (found.state === 'stopped') continue
      const guest = members.get(found.id) ?? found
      const lowered = isBroughtDown(guest) ? guest : broughtDown(guest)
      if (typeof lowered === 'string') return { kind: 'refused', finding: refusal(host, guest, lowered) }
      if (lowered === members.get(guest.id)) continue
      // At the end: who lives in this one is looked for when it is its turn.
      members.delete(guest.id)
      members.set(guest.id, lowered)
    }
  }
  return { kind: 'possible', up: sortedBy([...members.values()], (workload) => workload.id) }
}

/** A workload that is paused already is left alone by every quiescer, so nothing is brought down. */
function isBroughtDown({ down, quiesce, left, refused, state }: Workload): boolean {
  if (left !== undefined || refused !== undefined || state !== 'running') return false
  return quiesce.some(({ quiescer }) => quiescer === down?.quiescer)
}

/** The workload with a way down, or why it has none. */
function broughtDown(guest: Workload): Workload | string {
  const { left, refused, state, down } = guest
  if (left !== undefined) return left
  if (refused !== undefined) return refused.message
  if (state === 'paused') return 'it is paused, and could not be put back so'
  return down === undefined ? 'nothing brings it down' : { ...guest, quiesce: [down] }
}

function refusal(host: Workload, guest: Workload, why: string): Finding {
  return {
    code: 'PLAN.GUEST',
    message: `workload ${host.id} cannot be brought down: ${guest.id} lives in it and would be cut off for good`,
    why: `${guest.id} cannot come to rest with it: ${why}`,
    hint: `let ${guest.id} be stopped too, or let ${host.id} come to rest without a stop`,
  }
}
