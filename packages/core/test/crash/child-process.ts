import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A script of this folder, running in a process of its own. */
export interface Child extends AsyncDisposable {
  /** Every whole line that it has printed. */
  readonly lines: readonly string[]
  /** Resolves with the first line that begins so, now or later; rejects when the process ends without it. */
  line(beginning: string): Promise<string>
  /** Says something and resolves with the next line that it prints; for a child that answers each line with one. */
  ask(request: string): Promise<string>
  /** Resolves when the process is gone, by SIGKILL unless it was gone already, and all that it printed has been read. */
  kill(): Promise<void>
  /** Sends it any signal, such as those that stop it and let it go on. */
  signal(name: NodeJS.Signals): void
  /** Resolves with its exit code when it ends by itself. */
  readonly ended: Promise<number | null>
}

/** Starts a script of this folder; Node strips its types. */
export function startChild(script: string, ...args: string[]): Child {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const news = new EventTarget()
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => {
    lines.push(line)
    news.dispatchEvent(new Event('line'))
  })
  child.stdin.on('error', () => undefined)
  const closed = Promise.all([once(child, 'exit'), once(reader, 'close')])
  const ended = closed.then(() => child.exitCode)
  const gone = ended.then(() => true)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  const seen = async (find: () => string | undefined, what: string): Promise<string> => {
    for (let over = false; ; over = await Promise.race([once(news, 'line').then(() => false), gone])) {
      const found = find()
      if (found !== undefined) return found
      if (over) throw new Error(`${script} ended without ${what}; it said: ${lines.join(' | ')}`)
    }
  }
  return {
    lines,
    line: async (beginning) => seen(() => lines.find((line) => line.startsWith(beginning)), beginning),
    ask: async (request) => {
      const { length } = lines
      child.stdin.write(`${request}\n`)
      return seen(() => lines[length], `an answer to ${request}`)
    },
    kill,
    signal: (name) => {
      child.kill(name)
    },
    ended,
    [Symbol.asyncDispose]: kill,
  }
}
