import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Wishes } from './wishes.ts'

const script = fileURLToPath(new URL('child.ts', import.meta.url))

/** What a child came to. */
export interface Ended {
  /** What it wrote: where it killed itself, or how it ended. */
  readonly output: string
  readonly killed: boolean
}

/** Children, one of which is always started and waiting: starting takes longer than the work. */
export interface Children extends Disposable {
  /** Runs a child until it ends, kills itself, or is killed from outside so many milliseconds after it began. */
  run(wishes: Wishes, killAfterMs?: number): Promise<Ended>
}

/** See {@link Children}. */
export function startChildren(): Children {
  let waiting = start()
  return {
    run: async (wishes, killAfterMs) => {
      const child = waiting
      waiting = start()
      return ended(child, wishes, killAfterMs)
    },
    [Symbol.dispose]: () => void waiting.child.kill('SIGKILL'),
  }
}

interface Waiting {
  readonly child: ChildProcessWithoutNullStreams
  /** Listened to from the start: a child that cannot even start must not be waited for. Not `close`: a command that it left behind may hold its pipes open. */
  readonly exit: Promise<unknown[]>
}

function start(): Waiting {
  const child = spawn(process.execPath, [script], { stdio: 'pipe' })
  child.stdin.on('error', () => undefined)
  return { child, exit: once(child, 'exit') }
}

async function ended({ child, exit }: Waiting, wishes: Wishes, killAfterMs?: number): Promise<Ended> {
  const output: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const begun = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.push(text)
      resolve()
    })
  })
  child.stdin.end(JSON.stringify(wishes))
  if (killAfterMs !== undefined) {
    await Promise.race([begun, exit])
    await Promise.race([delay(killAfterMs), exit])
    child.kill('SIGKILL')
  }
  const [code, signal] = await exit
  const text = output.join('').trim()
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the child failed with ${String(code)}: ${text}`)
  return { output: text, killed: signal === 'SIGKILL' }
}
