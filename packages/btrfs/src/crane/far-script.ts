import type { Readable, Writable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { failureOf } from '../command/failure.ts'
import { endText } from '../far/far-end.ts'
import type { FarEnd } from '../far/far-end.ts'
import { endGroup, leashed, wordsOf } from '../far/leash.ts'
import { farCommand } from '../far/ssh-command.ts'
import { SSH_FAILED, sshFailure } from '../far/ssh-failure.ts'

/** A script of the POSIX shell and its `$1`, `$2` …; what comes from elsewhere is always one of these. */
export interface FarScript {
  readonly script: string
  readonly args: readonly string[]
  /** For people: what it does. */
  readonly what: string
  /** Ends that are no failures. */
  readonly accepts?: readonly number[]
}

/** How a script ended, and what it said. */
export interface FarAnswer {
  readonly code: number
  readonly output: string
}

/**
 * Runs a script at a far end to its end. The output is for the caller, the input is empty. Rejects with `HOST.…` when it
 * cannot be reached, else with what `failureOf` makes of its words. Ends with this process.
 */
export async function runFarScript(far: FarEnd, script: FarScript, options: CallOptions): Promise<FarAnswer> {
  return withFarScript(far, script, options, async ({ output, input }) => {
    input.end()
    return listing(output)
  })
}

/** No list is longer; without an end, memory would not do. */
const MOST_BYTES = 256 * 1024 * 1024

async function listing(output: Readable): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of output) {
    if (!Buffer.isBuffer(piece)) throw new Error('a stream of bytes')
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new SalvageError('HOST.FAILED', 'the far end does not stop talking')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** The ends of a script that runs. */
export interface FarStreams {
  readonly input: Writable
  readonly output: Readable
}

/** Runs a script while `work` feeds it and reads of it; resolves when both have ended well. Rejects as `runFarScript`. */
export async function withFarScript(
  far: FarEnd,
  { script, args, what, accepts = [] }: FarScript,
  { signal }: CallOptions,
  work: (streams: FarStreams) => Promise<string>,
): Promise<FarAnswer> {
  signal.throwIfAborted()
  const group = far.kind === 'local'
  const command = farCommand(far, ['sh', '-c', script, 'sh', ...args])
  const { child, ended } = leashed(command, ['pipe', 'pipe', 'pipe'], { group })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error('a child with pipes has pipes')
  const kill = (): void => void (group ? endGroup(child) : child.kill('SIGTERM'))
  signal.addEventListener('abort', kill, { once: true })
  const words = wordsOf(child)
  // What a process does not want to hear says its end better.
  stdin.on('error', () => undefined)
  try {
    const done = work({ input: stdin, output: stdout })
    done.catch(kill)
    const [{ code, signal: by }, output] = await Promise.all([ended, settled(done)])
    signal.throwIfAborted()
    if (far.kind === 'ssh' && code === SSH_FAILED) throw sshFailure(far.host, words())
    if (code === null || (code !== 0 && !accepts.includes(code)))
      if (output.kind === 'done' || code !== null)
        throw failureOf(`${what} (${endText(far)})`, words(), code ?? by ?? undefined)
    if (output.kind === 'failed') throw output.reason
    return { code: code ?? 0, output: output.value }
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

type Settled<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly reason: unknown }

async function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  return work.then(
    (value) => ({ kind: 'done', value }),
    (reason: unknown) => ({ kind: 'failed', reason }),
  )
}
