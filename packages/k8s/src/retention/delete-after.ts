import { addDays, parseDay, type Day } from '../label/day.ts'
import { KEY, OWN } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'

/** What a `delete-after` says. */
export type DeleteAfter =
  | { readonly kind: 'none' }
  | { readonly kind: 'day'; readonly day: Day }
  /** Ours: it stays for now. */
  | { readonly kind: 'shield' }
  /** No day that there is: nothing is removed because of it. */
  | { readonly kind: 'unreadable'; readonly text: string }

/**
 * What stands instead of a date while a snapshot has to stay that a pruner of backup-ns would remove: it removes what sorts
 * before today, and letters never do; and it marks nothing that has the label.
 */
const SHIELD = 'kept.'

/** Why a snapshot is shielded. */
export type ShieldReason = 'last-good' | 'held' | 'not-ready' | 'tier' | 'unreadable'

/** What the label says. */
export function deleteAfterOf({ labels }: KeptSnapshot): DeleteAfter {
  const text = labels[KEY.deleteAfter]
  return text?.startsWith(SHIELD) === true ? { kind: 'shield' } : read(text)
}

/** What the label says, or would say without a shield. */
export function deleteAfterBeneath(snapshot: KeptSnapshot): Exclude<DeleteAfter, { kind: 'shield' }> {
  const said = deleteAfterOf(snapshot)
  return said.kind === 'shield' ? read(snapshot.labels[OWN.deleteAfter]) : said
}

function read(text: string | undefined): Exclude<DeleteAfter, { kind: 'shield' }> {
  if (text === undefined) return { kind: 'none' }
  const day = parseDay(text)
  return day === undefined ? { kind: 'unreadable', text } : { kind: 'day', day }
}

/** Labels that keep the pruner of backup-ns away, and keep what `delete-after` said. */
export function shield(snapshot: KeptSnapshot, why: ShieldReason): { readonly [key: string]: string | undefined } {
  const beneath = deleteAfterBeneath(snapshot)
  const text = beneath.kind === 'day' ? beneath.day : beneath.kind === 'unreadable' ? beneath.text : undefined
  return { [KEY.deleteAfter]: SHIELD + why, [OWN.deleteAfter]: text }
}

/** Whether the pruner of backup-ns may remove it, because of what its `delete-after` says, before our next daily one. */
export function wouldBeSwept({ labels, visible }: KeptSnapshot, today: Day): boolean {
  const text = labels[KEY.deleteAfter]
  return visible && text !== undefined && text < addDays(today, 1)
}
