import { z } from 'zod'
import type { Effect, JournalledEffect } from '@salvage-kit/core'
import { deleteIfThere } from './delete-if-there.ts'

const ID = 'btrfs.discard'

const token = z.object({ path: z.string() })

/** What is written down before a volume is prepared under a hidden name. */
export function discardToken(path: string): JournalledEffect {
  return { id: ID, token: { path } }
}

/** Removes a volume that was prepared and never got its name. */
export function discardEffect(): Effect {
  return {
    id: ID,
    undo: async (given, options) => {
      options.signal.throwIfAborted()
      await deleteIfThere(token.parse(given).path, options)
    },
  }
}
