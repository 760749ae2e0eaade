import { readFile } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { endText } from '../far/far-end.ts'
import { leashed, wordsOf } from '../far/leash.ts'
import type { Leashed } from '../far/leash.ts'
import type { Receiver } from './receiver.ts'
import { cutOff, farFailure, isBrokenPipe, lacksParent, senderFailure } from './send-failure.ts'
import type { FailedSend } from './send-failure.ts'
import { watchSend } from './watch.ts'

/** One stream: what it is made from, and what the far side is told about it. */
export interface Stream extends Omit<FailedSend, 'words' | 'step'> {
  readonly snapshot: string
  readonly parent: string | undefined
  readonly name: string
  readonly uuid: string
  readonly note: string
}

/** What {@link transfer} takes. */
export interface TransferOptions extends CallOptions {
  readonly onProgress?: ((progress: { readonly bytes: number }) => void) | undefined
  readonly silenceMs: number
  /** Called when the copy stands under its name, while the far side still clears up. */
  readonly onKept: () => void
}

/** How a transfer came out: whole with its name, or what the next attempt must know. */
export type Transferred =
  | { readonly kind: 'kept'; readonly bytes: number }
  | { readonly kind: 'parent-missing'; readonly parent: string }
  | { readonly kind: 'taken'; readonly failure: SalvageError }

/**
 * Sends one stream to a receiver that waits for it. Resolves when both sides have ended well and the far side has verified
 * and named it. Rejects with the failure of the side that failed first; nothing goes on then.
 */
export async function transfer(
  receiver: Receiver,
  stream: Stream,
  { signal, onProgress, silenceMs, onKept }: TransferOptions,
): Promise<Transferred> {
  const kept = `kept ${stream.name}`
  const standing = Promise.withResolvers<void>()
  const said = verdictOf(receiver, (verdict) => {
    if (verdict === kept) standing.resolve()
  })
  const before = await readBytes(receiver)
  const input = await receiver.hear(
    ['receive', stream.name, stream.uuid, ...(stream.note === '' ? [] : [stream.note])].join(' '),
  )
  signal.throwIfAborted()
  if (input === undefined) throw cutOff({ ...stream, words: receiver.words() }, await receiver.ended)
  const parent = stream.parent === undefined ? [] : ['-p', stream.parent]
  const command = { file: 'btrfs', args: ['send', '-q', ...parent, stream.snapshot] }
  const sender = leashed(command, ['ignore', input, 'pipe'])
  // The sender alone has it now: when that ends, the far side sees the end of the stream.
  input.destroy()
  const senderWords = wordsOf(sender.child)
  const stop = new AbortController()
  const abort = (reason: unknown): void => {
    stop.abort(reason)
    sender.child.kill('SIGKILL')
    void receiver.end()
  }
  const onAbort = (): void => abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    using watch = watchSend({
      pid: () => (isRunning(sender) ? sender.child.pid : undefined),
      onProgress,
      silenceMs,
      onSilence: () => abort(silent(stream, silenceMs)),
    })
    void tellWhenKept(sender, standing.promise, onKept)
    const [sent, verdict, ending, bytes] = await Promise.all([
      sender.ended,
      said,
      receiver.ended,
      sender.ended.then(async () => (await readBytes(receiver)) - before),
    ])
    stop.signal.throwIfAborted()
    const words = receiver.words()
    const failed = { ...stream, words }
    if (verdict === kept && sent.code === 0) return { kind: 'kept', bytes: Math.max(watch.bytes(), bytes) }
    if (verdict === 'failed taken') return { kind: 'taken', failure: farFailure({ ...failed, step: 'taken' }) }
    if (sent.code !== 0 && sent.signal === null && !isBrokenPipe(senderWords()) && senderWords().trim() !== '')
      throw senderFailure(stream.what, senderWords(), sent)
    if (verdict === 'failed receive' && stream.parent !== undefined && lacksParent(words))
      return { kind: 'parent-missing', parent: stream.parent }
    if (verdict?.startsWith('failed ') === true) throw farFailure({ ...failed, step: verdict.slice('failed '.length) })
    throw cutOff(failed, ending)
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (isRunning(sender)) sender.child.kill('SIGKILL')
    await sender.ended.catch(() => undefined)
  }
}

/** Both must have ended well: a far side may say anything. */
async function tellWhenKept({ ended }: Leashed, standing: Promise<void>, onKept: () => void): Promise<void> {
  const ending = await ended.catch(() => undefined)
  await standing
  if (ending?.code === 0) onKept()
}

/** Gives a copy that stands there already the note that it has not. Rejects with `SEND.FAR_FAILED`, `SEND.CUT`. */
export async function noteThere(
  receiver: Receiver,
  { name, uuid, note, ...about }: Omit<Stream, 'snapshot' | 'parent'>,
): Promise<void> {
  const said = verdictOf(receiver)
  const input = await receiver.hear(`note ${name} ${uuid} ${note}`)
  input?.end()
  const [verdict, ending] = await Promise.all([said, receiver.ended])
  const failed = { ...about, words: receiver.words() }
  if (verdict === undefined) throw cutOff(failed, ending)
  if (verdict !== `kept ${name}`) throw farFailure({ ...failed, step: 'note' })
}

/** The last of the far side's words that is a verdict; `told` gets each of them at once. */
async function verdictOf(receiver: Receiver, told?: (verdict: string) => void): Promise<string | undefined> {
  let verdict: string | undefined
  for (;;) {
    const line = await receiver.next()
    if (line === undefined) return verdict
    if (!/^(kept|failed) /.test(line)) continue
    verdict = line
    told?.(line)
  }
}

function isRunning({ child }: Leashed): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** What ssh has read so far: nearly all of it from the sender. 0 when there is no ssh or it is gone. */
async function readBytes({ child }: Receiver): Promise<number> {
  try {
    return Number(/^rchar: (\d+)$/m.exec(await readFile(`/proc/${String(child.pid)}/io`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function silent({ what, far }: Stream, silenceMs: number): SalvageError {
  return new SalvageError('SEND.SILENT', `${what} stood still`, {
    why: `nothing moved for ${String(Math.round(silenceMs / 1000))} s; ${endText(far)} takes no more and does not say why`,
    hint: 'look at the far end (its disk, its load), then send it again',
    retryable: true,
  })
}
