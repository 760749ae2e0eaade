import { OWN } from '../label/key.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'

/** Whether no rule takes a label off: it is held, somebody took its `retain` off, or it does not say what it is a snapshot of. */
export function isLeftAlone({ visible, labels, pvc }: KeptSnapshot): boolean {
  return (!visible && labels[OWN.retain] === undefined) || labels[OWN.hold] !== undefined || pvc === undefined
}
