import { rmdirSync } from 'node:fs'
import type { CallOptions, Effect, JournalledEffect } from '@salvage-kit/core'
import { z } from 'zod'
import { noCommandOn } from '../command/commands-on.ts'
import { errorCode } from '../command/error-code.ts'
import { withKernelFailures } from '../command/kernel-failure.ts'
import { deleteIfThere } from './delete-if-there.ts'
import { kindAt } from './place.ts'

const DISCARD = 'btrfs.discard'
/** How the journal calls a volume that is being made. */
export const UNMAKE = 'btrfs.unmake'

const token = z.object({ path: z.string() })

/** What is written down before a volume is prepared under a hidden name. */
export function discardToken(path: string): JournalledEffect {
  return { id: DISCARD, token: { path }, mayBeLost: 'end' }
}

/** What is written down before a volume is made under its name in more than one step. */
export function unmakeToken(path: string): JournalledEffect {
  return { id: UNMAKE, token: { path }, mayBeLost: 'all' }
}

/** Removes a volume that was prepared and never got its name. */
export function discardEffect(): Effect {
  return {
    id: DISCARD,
    undo: async (given, options) => {
      options.signal.throwIfAborted()
      await deleteIfThere(token.parse(given).path, options)
    },
  }
}

/** Removes a volume that was made half. One that is not empty was made whole: nobody gets one before, so it stays. */
export function unmakeEffect(): Effect {
  return {
    id: UNMAKE,
    undo: async (given, options) => {
      options.signal.throwIfAborted()
      await unmake(token.parse(given).path, options)
    },
  }
}

async function unmake(path: string, options: CallOptions): Promise<void> {
  await noCommandOn([path], options)
  // On a file system that is read-only nothing was made, and nothing can be removed.
  if ((await kindAt(path)) !== 'subvolume') return
  await withKernelFailures(`removing ${path}`, async () => {
    try {
      rmdirSync(path)
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error
    }
  })
}
