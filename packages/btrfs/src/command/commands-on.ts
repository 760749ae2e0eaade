import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'

const PAUSE_MS = 20

/**
 * Resolves when no `btrfs` command on this machine has one of these paths among its arguments. A command outlives the
 * process that started it when that one is killed, and waits in the kernel as long as there is much to write: what was taken
 * back before it ended would come again.
 */
export async function noCommandOn(paths: readonly string[], { signal }: CallOptions): Promise<void> {
  while (await isAnyOn(new Set(paths))) await delay(PAUSE_MS, undefined, { signal })
}

async function isAnyOn(paths: ReadonlySet<string>): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const hits = await Promise.all(processes.map(async (pid) => isOn(pid, paths)))
  return hits.includes(true)
}

async function isOn(pid: string, paths: ReadonlySet<string>): Promise<boolean> {
  try {
    const [program = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    return program.endsWith('btrfs') && args.some((arg) => paths.has(arg))
  } catch {
    // It ended meanwhile.
    return false
  }
}
