import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import { isAlive, markedProcesses } from './process-table.ts'
import type { ProcessEntry } from './process-table.ts'

const POLL_MS = 30
const KILL_MS = 5_000

/** How processes are asked to end. */
export interface EndOptions {
  /** Sent to those that no other marked process has started; theirs to pass on. */
  readonly first: 'SIGINT' | 'SIGTERM'
  /** How long they may take before everything marked gets SIGKILL, in milliseconds. */
  readonly graceMs: number
}

/**
 * Ends the processes whose environment holds `mark`, with all that descend from them, and resolves when none is left.
 * Rejects with `PROCESS.STUCK` when one survives SIGKILL (it hangs in the kernel, or belongs to somebody else).
 */
export async function endMarked(mark: string, { first, graceMs }: EndOptions): Promise<void> {
  const found = await markedProcesses(mark)
  if (found.length === 0) return
  for (const entry of roots(found)) await send(entry, first)
  await ended(found, graceMs)
  const deadline = performance.now() + KILL_MS
  for (;;) {
    const left = await markedProcesses(mark)
    if (left.length === 0) return
    if (performance.now() > deadline) throw stuck(left)
    for (const entry of left) await send(entry, 'SIGKILL')
    await ended(left, KILL_MS / 5)
  }
}

function roots(entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const pids = new Set(entries.map((entry) => entry.pid))
  return entries.filter((entry) => !pids.has(entry.parent))
}

async function send(entry: ProcessEntry, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(entry))) return
  try {
    process.kill(entry.pid, signal)
  } catch {
    // It ended in between, or is not ours to signal: the wait that follows tells which.
  }
}

async function ended(entries: readonly ProcessEntry[], ms: number): Promise<void> {
  const deadline = performance.now() + ms
  for (;;) {
    const alive = await Promise.all(entries.map(isAlive))
    if (!alive.includes(true) || performance.now() > deadline) return
    await sleep(POLL_MS)
  }
}

function stuck(left: readonly ProcessEntry[]): SalvageError {
  const pids = left.map((entry) => String(entry.pid)).join(', ')
  return new SalvageError('PROCESS.STUCK', `process ${pids} cannot be ended`, {
    why: 'it hangs in the kernel (a disk or a network mount that does not answer) or belongs to another user',
    retryable: true,
  })
}
