import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { deadline, errorText, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { SshEnd } from '../far/far-end.ts'
import { leashed, missingProgram, wordsOf } from '../far/leash.ts'
import type { Ending } from '../far/leash.ts'
import { isSshFailure, lastWords, sshFailure } from '../far/ssh-failure.ts'
import { rsyncCommand, UNFINISHED } from './rsync-command.ts'

/** https://download.samba.org/pub/rsync/rsync.1#EXIT_VALUES: files went away while they were read, as files of a living volume do. */
const VANISHED = 24
/** The same list: what hangs, or what the network did. */
const MAY_PASS: ReadonlySet<number> = new Set([10, 12, 30, 35])
/** What rsync says when its far side has never been there: so it has written nothing here. */
const NOTHING_CAME = /\(0 bytes received so far\)/

/**
 * Brings what is newer in a volume at one far end into the one here. Resolves when rsync has ended well. Rejects with
 * `HOST.…`, `SYNC.FAILED`, `SYNC.EXCHANGED`, `DEADLINE`; what came whole until then stays, nothing that is not whole. An error that
 * is `untouched` says that nothing had come.
 */
export async function syncFrom(
  far: SshEnd,
  { path, farPath }: { readonly path: string; readonly farPath: string },
  { signal, hostMs }: CallOptions & { readonly hostMs: number },
): Promise<void> {
  signal.throwIfAborted()
  const before = (await lstat(path)).dev
  await beginIn(path)
  try {
    using limit = deadline(hostMs, signal)
    // In the volume, not beside it: rsync would make a plain directory of a volume that goes away just now.
    // rsync is several processes, and ends the others when it is asked to end.
    const options = { directory: path, deathSignal: 'TERM' } as const
    const { child, ended } = leashed(rsyncCommand(far, farPath), ['ignore', 'ignore', 'pipe'], options)
    const words = wordsOf(child)
    const stop = (): void => void child.kill('SIGTERM')
    limit.signal.addEventListener('abort', stop, { once: true })
    if (limit.signal.aborted) stop()
    const ending = await ended
    limit.signal.throwIfAborted()
    // Every subvolume is a device of its own.
    if ((await lstat(path).catch(() => undefined))?.dev !== before) throw exchanged(path)
    if (ending.code !== 0 && ending.code !== VANISHED) throw failed(far.host, words(), ending)
  } finally {
    await removeUnfinished(path)
  }
}

function exchanged(path: string): SalvageError {
  return new SalvageError('SYNC.EXCHANGED', `${path} is another volume now than the one that was synchronised`, {
    why: 'it was restored or removed meanwhile',
    hint: 'synchronise it again',
    retryable: true,
  })
}

/** An empty directory of ours, whatever a killed sync left. */
async function beginIn(volume: string): Promise<void> {
  await removeUnfinished(volume)
  try {
    await mkdir(join(volume, UNFINISHED), { mode: 0o700 })
  } catch (error) {
    throw new SalvageError('SYNC.FAILED', 'nothing can be written into the volume', {
      cause: error,
      why: errorText(error),
    })
  }
}

/**
 * Containers write here meanwhile, and may put links and mounts in the place of directories: `rm` opens each directory in the
 * one around it, follows none out, and enters no other file system. Rejects with `SYNC.FAILED`.
 */
async function removeUnfinished(volume: string): Promise<void> {
  // A volume that went away took it along.
  if ((await lstat(volume).catch(() => undefined)) === undefined) return
  const command = { file: 'rm', args: ['-rf', '--one-file-system', '--', `./${UNFINISHED}`] }
  const { child, ended } = leashed(command, ['ignore', 'ignore', 'pipe'], { directory: volume })
  const words = wordsOf(child)
  const { code, signal } = await ended
  if (code === 0) return
  throw new SalvageError('SYNC.FAILED', `what is not whole cannot be removed from ${volume}`, {
    why: `rm ended with ${String(code ?? signal)}: ${lastWords(words())}`,
    hint: `see what keeps ${UNFINISHED} there, and remove it`,
  })
}

function failed(host: string, words: string, ending: Ending): SalvageError {
  const { code, signal } = ending
  if (isSshFailure(words, code)) return sshFailure(host, words, { untouched: NOTHING_CAME.test(words) })
  return (
    missingProgram(words, ending) ??
    new SalvageError('SYNC.FAILED', `it could not be synchronised from ${host}`, {
      why: `rsync ended with ${String(code ?? signal)}: ${lastWords(words)}`,
      hint: 'the volume must be there under the same name, and rsync on both machines',
      retryable: code === null || MAY_PASS.has(code),
    })
  )
}
