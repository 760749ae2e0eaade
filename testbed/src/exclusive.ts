import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 200

/** Runs `work` while no other process holds the lock at `path`. The kernel frees the lock when its holder dies. */
export async function exclusive<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(path)
  try {
    while (!begin(lock)) await sleep(POLL_MS)
    return await work()
  } finally {
    lock.close()
  }
}

function begin(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && error.message.includes('locked')) return false
    throw error
  }
}
