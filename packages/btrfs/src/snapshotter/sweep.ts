import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import { homesHere } from './home.ts'
import { ageOf, removeOwnFolder } from './own-folder.ts'
import { isOwnerDead } from './owner.ts'

/** A folder gets the word of its process right after it is made. */
const NAMELESS_MS = 10 * 60_000
/** What belongs to one process and ends with it: cuts for runs, and what is being received. */
const KINDS = ['runs', 'lowering']

/**
 * Removes the cuts of dead processes, of whatever run and state directory. Those of a process that may live stay: another
 * process namespace is not looked into. Idempotent. Tries all, then rejects with the first failure.
 */
export async function sweepCuts(snapshotsPath: string, { signal }: CallOptions): Promise<void> {
  const failures: unknown[] = []
  for (const home of await homesHere(snapshotsPath))
    for (const kind of KINDS)
      for (const name of await namesIn(join(home, kind))) {
        signal.throwIfAborted()
        const folder = join(home, kind, name)
        try {
          if (await isAbandoned(folder)) await removeOwnFolder(folder, { signal })
        } catch (error) {
          failures.push(error)
        }
      }
  if (failures.length > 0) throw failures[0]
}

async function isAbandoned(folder: string): Promise<boolean> {
  const isDead = await isOwnerDead(folder)
  if (isDead !== undefined) return isDead
  const entries = await namesIn(folder)
  // Nothing was cut in it, or it is being made right now.
  return entries.length === 0 && ((await ageOf(folder)) ?? 0) > NAMELESS_MS
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => [])
}
