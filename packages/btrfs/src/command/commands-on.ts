import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'
import { SHELL_NAME } from './waiting-shell.ts'

const PAUSE_MS = 20
/** How a process that makes calls itself shows that it waits, and that it does not: it can give itself one text, not words. */
const CALLER_WAITS = new RegExp(`^${SHELL_NAME} (\\d+)$`)
const CALL = 'btrfs subvolume '

/**
 * Resolves when no `btrfs` command on this machine has one of these paths among its arguments, and none is just being
 * started. A command outlives the process that started it when that one is killed, and waits in the kernel as long as there
 * is much to write: what was taken back before it ended would come again.
 */
export async function noCommandOn(paths: readonly string[], { signal }: CallOptions): Promise<void> {
  while (await isAnyOn(new Set(paths))) await delay(PAUSE_MS, undefined, { signal })
}

async function isAnyOn(paths: ReadonlySet<string>): Promise<boolean> {
  const own = await readlink('/proc/self/exe')
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const hits = await Promise.all(processes.map(async (pid) => isOn(pid, paths, own)))
  return hits.includes(true)
}

/** A child of a process like this one has one thread, and its program, until it becomes the command; then, for a moment, no arguments. */
async function isOn(pid: string, paths: ReadonlySet<string>, own: string): Promise<boolean> {
  try {
    // In this order: what becomes another program in between is seen by the second look.
    const program = await readlink(`/proc/${pid}/exe`)
    if (program === own && (await readdir(`/proc/${pid}/task`)).length === 1) return true
    const [name = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    const [, parent = args[2] === SHELL_NAME ? args[3] : undefined] = CALLER_WAITS.exec(name) ?? []
    if (parent !== undefined) return !(await isWaiting(pid, parent))
    if (name.startsWith(CALL)) return [...paths].some((path) => `${name} `.includes(` ${path} `))
    return name === '' ? program.endsWith('/btrfs') : name.endsWith('btrfs') && args.some((arg) => paths.has(arg))
  } catch {
    // It ended meanwhile.
    return false
  }
}

/**
 * Whether a shell for commands is the child of the living process that it was started by. Else it may have been told
 * something that it has not begun yet, or is what it started just now. Of a process that is dying the program goes before
 * its locks do, and its children are given away after that.
 */
async function isWaiting(pid: string, parent: string): Promise<boolean> {
  try {
    const above = await fieldOf(pid, 'PPid')
    // The last of these is how it calls itself, which in a container is not how it is called here.
    const ids = await fieldOf(above, 'NSpid')
    if (ids.split(/\s+/).at(-1) !== parent) return false
    await readlink(`/proc/${above}/exe`)
    return true
  } catch {
    return false
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function fieldOf(pid: string, field: string): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? ''
}
