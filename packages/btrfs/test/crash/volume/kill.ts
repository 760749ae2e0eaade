import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Wishes } from './wishes.ts'

const child = fileURLToPath(new URL('child.ts', import.meta.url))

/** What a child came to. */
export interface Ended {
  /** What it wrote: where it killed itself, or how it ended. */
  readonly output: string
  readonly killed: boolean
}

/** Runs a child until it ends, kills itself, or is killed from outside so many milliseconds after it began. */
export async function runChild(wishes: Wishes, killAfterMs?: number): Promise<Ended> {
  const started = spawn(process.execPath, [child, JSON.stringify(wishes)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  started.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const begun = new Promise<void>((resolve) => {
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.push(text)
      resolve()
    })
  })
  // Not `close`: a command that the child left behind may hold its pipes open.
  const ended = once(started, 'exit')
  if (killAfterMs !== undefined) {
    await Promise.race([begun, ended])
    await Promise.race([delay(killAfterMs), ended])
    started.kill('SIGKILL')
  }
  const [code, signal] = await ended
  const text = output.join('').trim()
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the child failed with ${String(code)}: ${text}`)
  return { output: text, killed: signal === 'SIGKILL' }
}
