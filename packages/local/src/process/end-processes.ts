import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import { isAlive, markedProcesses } from './process-table.ts'
import type { ProcessEntry } from './process-table.ts'

const POLL_MS = 30
const KILL_MS = 5_000

/** How processes are asked to end. */
export interface EndOptions {
  /** Sent first to those that no other marked process has started, and to the next when these have ended. */
  readonly first: 'SIGINT' | 'SIGTERM'
  /** How long they may take before everything marked gets SIGKILL, in milliseconds. */
  readonly graceMs: number
}

/**
 * Ends the processes whose environment holds `mark`, with all that descend from them, and resolves when none is left.
 * Rejects with `PROCESS.STUCK` when one survives SIGKILL (it hangs in the kernel, or belongs to somebody else).
 */
export async function endMarked(mark: string, { first, graceMs }: EndOptions): Promise<void> {
  await ask(await markedProcesses(mark), first, graceMs)
  const deadline = performance.now() + KILL_MS
  for (;;) {
    const left = await markedProcesses(mark)
    if (left.length === 0) return
    if (performance.now() > deadline) throw stuck(left)
    for (const entry of left) await send(entry, 'SIGKILL')
    await sleep(POLL_MS)
  }
}

/** Asks from the top down: restic, say, must be able to use the connection of a program that it has started. */
async function ask(entries: readonly ProcessEntry[], first: NodeJS.Signals, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs
  const asked = new Set<ProcessEntry>()
  for (let alive = entries; alive.length > 0 && performance.now() < deadline;) {
    const pids = new Set(alive.map(({ pid }) => pid))
    for (const entry of alive)
      if (!pids.has(entry.parent) && !asked.has(entry)) {
        asked.add(entry)
        await send(entry, first)
      }
    await sleep(POLL_MS)
    alive = await living(alive)
  }
}

async function living(entries: readonly ProcessEntry[]): Promise<readonly ProcessEntry[]> {
  const alive = await Promise.all(entries.map(isAlive))
  return entries.filter((_entry, at) => alive[at] === true)
}

async function send(entry: ProcessEntry, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(entry))) return
  try {
    process.kill(entry.pid, signal)
  } catch {
    // It ended in between, or is not ours to signal: the wait that follows tells which.
  }
}

function stuck(left: readonly ProcessEntry[]): SalvageError {
  const pids = left.map((entry) => String(entry.pid)).join(', ')
  return new SalvageError('PROCESS.STUCK', `process ${pids} cannot be ended`, {
    why: 'it hangs in the kernel (a disk or a network mount that does not answer) or belongs to another user',
    retryable: true,
  })
}
