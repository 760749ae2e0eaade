import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf } from '../process-tree.ts'

const STOP_MS = 20_000
const START_MS = 10_000
const POLL_MS = 20

/** A program of a cluster that runs in the background. It is known by a file, so another process can end it as well. */
export interface Daemon {
  readonly name: string
  /** Starts it when it does not run; resolves before it answers. */
  readonly start: () => Promise<void>
  /** SIGTERM, and SIGKILL when that does not help; resolves when it is gone. */
  readonly stop: () => Promise<void>
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** SIGSTOP and SIGCONT: it hangs, and its connections with it. */
  readonly freeze: () => void
  readonly thaw: () => void
  readonly running: () => boolean
  /** Everything that it wrote. */
  readonly log: () => string
}

/** What runs, and where it notes that it does. */
export interface DaemonOptions {
  /** Of the cluster. */
  readonly folder: string
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  /** It outlives the process that starts it. */
  readonly lasting: boolean
  /** What runs it in namespaces of its own: the words before {@link argv}. It forks once. */
  readonly enter?: readonly string[]
}

/** Nothing is started yet. */
export function daemon(options: DaemonOptions): Daemon {
  const { folder, name } = options
  const record = join(folder, 'run', `${name}.pid`)
  const logFile = join(folder, 'log', name)

  async function start(): Promise<void> {
    if (recordedPid(record) !== undefined) return
    mkdirSync(join(folder, 'run'), { recursive: true })
    mkdirSync(join(folder, 'log'), { recursive: true })
    const out = openSync(logFile, 'a')
    const tied = options.lasting ? [] : ['setpriv', '--pdeathsig', 'KILL', '--']
    const [file = '', ...args] = [...tied, ...(options.enter ?? []), ...options.argv]
    const child = spawn(file, args, {
      stdio: ['ignore', out, out],
      env: { ...process.env, ...options.env },
      detached: true,
    })
    closeSync(out)
    child.unref()
    const failed = new Promise<never>((_, reject) => child.once('error', reject))
    const pid = options.enter === undefined ? child.pid : await Promise.race([failed, onlyChildOf(child.pid)])
    const began = startOf(pid)
    if (began === undefined) await Promise.race([failed, sleep(POLL_MS)])
    else writeFileSync(record, `${String(pid)} ${began}`)
  }

  function signal(name_: NodeJS.Signals): void {
    const pid = recordedPid(record)
    if (pid !== undefined) signalOne(pid, name_)
  }

  async function end(first: NodeJS.Signals): Promise<void> {
    signal(first)
    const until = Date.now() + STOP_MS
    while (recordedPid(record) !== undefined) {
      if (Date.now() > until) signal('SIGKILL')
      await sleep(POLL_MS)
    }
  }

  return {
    name,
    start,
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    running: () => recordedPid(record) !== undefined,
    log: () => readFileSync(logFile, 'utf8'),
  }
}

/**
 * The process that a record names, while that very process runs: ids are given again, and one that ended but was not
 * fetched yet counts as gone.
 */
export function recordedPid(record: string): number | undefined {
  const [pid, began] = (contentOf(record) ?? '').split(' ')
  if (pid === undefined || began === undefined) return undefined
  return startOf(Number(pid)) === began ? Number(pid) : undefined
}

/** When a process began, in ticks since boot; undefined when it is gone or only waits to be fetched. */
function startOf(pid: number | undefined): string | undefined {
  const stat = contentOf(`/proc/${String(pid)}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19]
}

async function onlyChildOf(pid: number | undefined): Promise<number | undefined> {
  const until = Date.now() + START_MS
  while (Date.now() < until && startOf(pid) !== undefined) {
    const [child] = childrenOf(pid)
    if (child !== undefined) return child
    await sleep(POLL_MS)
  }
  return undefined
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone.
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
