import { readdir, readFile } from 'node:fs/promises'

/** One process of this machine. `pid` and `start` together name it: a pid is used again, never with the same start. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** Clock ticks since boot, as text. */
  readonly start: string
}

/** The process that has this pid now; undefined when there is none, or only its exit status waits to be read. */
export async function processAt(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseStat(await readFile(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return undefined
  }
}

/** Reads a line of `/proc/PID/stat`; undefined for a process that has ended, and for anything else. */
export function parseStat(line: string): ProcessEntry | undefined {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const pid = Number(line.slice(0, line.indexOf(' ')))
  const [state, parent, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const start = rest[17]
  if (!(pid > 0) || parent === undefined || start === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), start }
}

/** Whether this very process still runs. */
export async function isAlive(entry: Pick<ProcessEntry, 'pid' | 'start'>): Promise<boolean> {
  return (await processAt(entry.pid))?.start === entry.start
}

/** Tells this boot of this machine from every other. */
export async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  } catch {
    return 'unknown'
  }
}

/**
 * The processes whose environment holds `mark` (`NAME=value`), and all that descend from them. Finds nothing on a
 * machine without `/proc`, and no processes whose environment this user may not read.
 */
export async function markedProcesses(mark: string): Promise<readonly ProcessEntry[]> {
  const all = await processes()
  const marked = new Set<number>()
  for (const entry of all) if (entry.pid !== process.pid && (await hasMark(entry.pid, mark))) marked.add(entry.pid)
  for (let before = -1; before !== marked.size;) {
    before = marked.size
    for (const entry of all) if (marked.has(entry.parent)) marked.add(entry.pid)
  }
  return all.filter(({ pid }) => marked.has(pid) && pid !== process.pid)
}

async function processes(): Promise<readonly ProcessEntry[]> {
  const names = await readdir('/proc').catch(() => [])
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => processAt(Number(name))))
  return found.filter((entry) => entry !== undefined)
}

async function hasMark(pid: number, mark: string): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${String(pid)}/environ`)
    return `\0${environment.toString('latin1')}\0`.includes(`\0${mark}\0`)
  } catch {
    return false
  }
}
