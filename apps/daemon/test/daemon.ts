import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How long an event may take to come, on a machine that does other things as well. */
const PATIENCE_MS = 150_000
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))

/** A line that the daemon told. */
export interface Told {
  readonly type: string
  readonly [member: string]: unknown
}

/** A daemon in a process of its own. */
export interface RunningDaemon extends AsyncDisposable {
  readonly pid: number
  /** Everything told so far. */
  readonly told: readonly Told[]
  /** The same as text, for a message. */
  toldText(): string
  /** Where its socket is. */
  readonly socket: string
  /** The first event that fits, from `from` on, whether it has come already or comes yet. Rejects when the daemon ends before. */
  event(fits: (told: Told) => boolean, from?: number): Promise<Told>
  /** The same, by type and tide. */
  next(type: string, tide?: string, from?: number): Promise<Told>
  signal(name: NodeJS.Signals): void
  /** Its exit code; -1 for a signal. */
  readonly ended: Promise<number>
}

/** What a daemon is started with. */
export interface DaemonWishes {
  /** For configuration and state. */
  readonly folder: string
  /** The content of the configuration file. */
  readonly config: object
  /** To end itself at the nth point of its runs. */
  readonly fatal?: { readonly signal: NodeJS.Signals; readonly point: number }
}

/** Writes the configuration; a running daemon reads it with the next tide, or on SIGHUP. */
export function configure({ folder, config }: Pick<DaemonWishes, 'folder' | 'config'>): string {
  const file = join(folder, 'salvage-kit.yaml')
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** Starts a daemon. */
export function startDaemon(wishes: DaemonWishes): RunningDaemon {
  const file = configure(wishes)
  const state = join(wishes.folder, 'state')
  const args = [CHILD, file, state, ...(wishes.fatal === undefined ? [] : [JSON.stringify(wishes.fatal)])]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const told: Told[] = []
  let errors = ''
  let isOver = false
  const waiting = new Set<() => void>()
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  createInterface({ input: child.stdout }).on('line', (line) => {
    told.push(JSON.parse(line))
    for (const look of waiting) look()
  })
  const ended = once(child, 'close').then(([code]) => {
    isOver = true
    for (const look of waiting) look()
    return typeof code === 'number' ? code : -1
  })
  const toldText = (): string => `${told.map((one) => JSON.stringify(one)).join('\n')}\n${errors}`
  const event: RunningDaemon['event'] = async (fits, from = 0) => {
    const { promise, resolve, reject } = Promise.withResolvers<Told>()
    const look = (): void => {
      const found = told.slice(from).find(fits)
      if (found !== undefined) resolve(found)
      else if (isOver) reject(new Error(`the daemon ended before:\n${toldText()}`))
    }
    waiting.add(look)
    look()
    const late = setTimeout(() => reject(new Error(`it did not come:\n${toldText()}`)), PATIENCE_MS)
    try {
      return await promise
    } finally {
      clearTimeout(late)
      waiting.delete(look)
    }
  }
  return {
    pid: child.pid ?? -1,
    told,
    toldText,
    socket: join(state, 'daemon.sock'),
    event,
    next: async (type, tide, from) =>
      event((one) => one.type === type && (tide === undefined || one['tide'] === tide), from),
    signal: (name) => void child.kill(name),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
