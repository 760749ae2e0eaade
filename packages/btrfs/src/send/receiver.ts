import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { deadline, SalvageError } from '@salvage-kit/core'
import { endText } from '../far/far-end.ts'
import type { FarEnd } from '../far/far-end.ts'
import { leashed, started, wordsOf } from '../far/leash.ts'
import type { Ending } from '../far/leash.ts'
import { receiveScript } from '../far/receive-script.ts'
import { farCommand } from '../far/ssh-command.ts'
import { readFarState } from './far-state.ts'
import type { FarState } from './far-state.ts'

/** From the start of the connection until the far end has told what it holds. */
const GREETING_MS = 60_000
/** A local one that was told to end gets so long to remove what it began. */
const GRACE_MS = 5000

/** More than this is no list of snapshots: whoever says so much is not believed anything. */
const MOST_BYTES = 64 * 1024 * 1024
const MOST_LINES = 500_000

/** The script `salvage-kit-receive` at a far end, on one connection. Disposing of it ends it. */
export interface Receiver extends AsyncDisposable {
  readonly child: ChildProcess
  /** The next line that it says; undefined when it says no more. */
  next(): Promise<string | undefined>
  /** Says one line to it and gives its input, into which something else shall write from now on; undefined when it is gone. */
  hear(line: string): Promise<Writable | undefined>
  /** What it and ssh wrote for people. */
  readonly words: () => string
  readonly ended: Promise<Ending>
  /** Ends it at once; resolves when it is gone. */
  end(): Promise<void>
}

/** The far end's answer to being called. */
export interface Greeting {
  readonly receiver: Receiver
  /** What it holds; or the step at which it gave up; undefined when the connection ended. */
  readonly told: FarState | { readonly failed: string } | undefined
}

/**
 * Starts the script at a far end and reads its greeting. Rejects with `HOST.SILENT` when it does not come within a minute.
 * Who gets a receiver disposes of it.
 */
export async function callReceiver(far: FarEnd, directory: string, signal: AbortSignal): Promise<Greeting> {
  signal.throwIfAborted()
  const command = farCommand(far, ['sh', '-c', await receiveScript(), 'salvage-kit-receive', directory])
  const start = far.kind === 'local' ? started : leashed
  const receiver = receiverOf(far, start(command, ['pipe', 'pipe', 'pipe']))
  const silent = new SalvageError('HOST.SILENT', `${endText(far)} does not answer`, {
    why: 'it was called and said nothing for a minute',
    hint: `try it by hand: ssh ${endText(far)} true`,
    retryable: true,
  })
  using limit = deadline(GREETING_MS, signal, silent)
  const stop = (): void => void receiver.end()
  limit.signal.addEventListener('abort', stop, { once: true })
  try {
    const told = await greeting(receiver)
    limit.signal.throwIfAborted()
    return { receiver, told }
  } catch (error) {
    await receiver.end()
    throw error
  } finally {
    limit.signal.removeEventListener('abort', stop)
  }
}

async function greeting(receiver: Receiver): Promise<Greeting['told']> {
  const lines: string[] = []
  for (;;) {
    const line = await receiver.next()
    if (lines.length > MOST_LINES) await receiver.end()
    if (line === undefined || lines.length > MOST_LINES) {
      await receiver.ended
      return undefined
    }
    if (line === 'ready') return readFarState(lines)
    if (line.startsWith('failed ')) return { failed: line.slice('failed '.length) }
    // What a login shell says comes before the first line of ours.
    if (line === 'salvage-kit-receive 1') lines.length = 0
    else lines.push(line)
  }
}

function receiverOf(far: FarEnd, { child, ended }: ReturnType<typeof started>): Receiver {
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('a receiver has an input and an output')
  // That it is gone is told by its ending.
  stdin.on('error', () => undefined)
  let said = 0
  stdout.on('data', (piece: Buffer) => {
    said += piece.length
    if (said > MOST_BYTES) child.kill('SIGKILL')
  })
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  const words = wordsOf(child)
  async function end(): Promise<void> {
    stdin?.destroy()
    child.kill(far.kind === 'local' ? 'SIGTERM' : 'SIGKILL')
    const settled = ended.then(
      () => true,
      () => true,
    )
    const patience = new AbortController()
    const inTime = await Promise.race([settled, delay(GRACE_MS, false, { signal: patience.signal }).catch(() => true)])
    patience.abort()
    if (!inTime) child.kill('SIGKILL')
    await settled
  }
  return {
    child,
    words,
    ended,
    end,
    next: async () => {
      const { done, value } = await lines.next()
      return done === true ? undefined : value
    },
    hear: async (line) => {
      await new Promise<void>((resolve) => {
        stdin.write(`${line}\n`, () => resolve())
      })
      return stdin.destroyed ? undefined : stdin
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await end()
      else stdin.destroy()
    },
  }
}
