import { readdirSync, readFileSync } from 'node:fs'

/** The ids of the processes that a process started and that still run. */
export function childrenOf(pid: number | undefined): readonly number[] {
  if (pid === undefined) return []
  try {
    return readdirSync(`/proc/${String(pid)}/task`)
      .flatMap((task) =>
        readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
          .trim()
          .split(' '),
      )
      .filter((id) => id !== '')
      .map(Number)
  } catch {
    return []
  }
}

/** Those, and what they started in turn. */
export function descendantsOf(pid: number | undefined): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)])
}

/** Sends a signal to each of them that is still there; gives their number. */
export function signalEach(pids: readonly number[], signal: NodeJS.Signals): number {
  const reached = pids.filter((pid) => {
    try {
      return process.kill(pid, signal)
    } catch {
      return false
    }
  })
  return reached.length
}

/** The ids of the processes with these words in their command line, without this one. */
export function processesNaming(words: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => commandLine(name).includes(words))
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
