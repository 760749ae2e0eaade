import type { Effect } from '@salvage-kit/core'
import { discardEffect, unmakeEffect } from './discard-effect.ts'
import { restoreEffect } from './restore-effect.ts'

/** How the volume verbs are taken back; a member of the backend, so that `recover` finds them. */
export function volumeEffects(): readonly Effect[] {
  return [discardEffect(), unmakeEffect(), restoreEffect()]
}
