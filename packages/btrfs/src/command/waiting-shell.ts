import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { errorCode } from './error-code.ts'

/** How these shells are called in the list of processes; the id of the process that they work for follows. */
export const SHELL_NAME = 'salvage-kit-commands'

/**
 * Reads how many words follow and then the words, a line each; runs them, and writes a NUL behind all that they wrote, and
 * how they ended. It ends with its input, and that with the process that it works for.
 */
const SCRIPT = `while IFS= read -r count; do
  set --
  while [ "$count" -gt 0 ]; do
    IFS= read -r word || exit
    set -- "$@" "$word"
    count=$((count - 1))
  done
  "$@" </dev/null
  code=$?
  printf '\\000' >&2
  printf '\\000%s\\n' "$code"
done`

/** What a shell adds to the number of the signal that ended a command. */
const BY_SIGNAL = 128

/** What came of a command. */
export interface Finished {
  /** Its exit code, or the signal that ended it. */
  readonly end: number | NodeJS.Signals | undefined
  readonly out: string
  /** What it wrote for people. */
  readonly words: string
}

/** See {@link startShell}. */
export interface WaitingShell {
  readonly isThere: () => boolean
  /** Runs one command, never two at once, each word of which is one line. More output than `mostBytes` ends it, and the shell. */
  run(words: readonly string[], mostBytes: number): Promise<Finished>
  /** Ends it, and what it runs. */
  end(signal: NodeJS.Signals): void
}

/**
 * Starts a shell that waits for commands; undefined when that cannot be. To start a program costs this process some
 * milliseconds, in which it does nothing else; a shell, which is small, some tenths of one. Nobody waits for it to end.
 */
export function startShell(): WaitingShell | undefined {
  const child = started()
  if (child?.pid === undefined) return undefined
  const { pid } = child
  let isThere = true
  child.once('exit', () => {
    isThere = false
  })
  awaited(child, false)
  const end = (signal: NodeJS.Signals): void => {
    isThere = false
    try {
      process.kill(-pid, signal)
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error
    }
  }
  return {
    isThere: () => isThere,
    end,
    run: async (words, mostBytes) => {
      awaited(child, true)
      try {
        return await finished(child, words, { mostBytes, end })
      } finally {
        awaited(child, false)
      }
    },
  }
}

/** In a group of its own, so that what it runs ends with it. */
function started(): ChildProcessWithoutNullStreams | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' }
    const child = spawn('sh', ['-c', SCRIPT, SHELL_NAME, String(process.pid)], { env, stdio: 'pipe', detached: true })
    // That it is not there, or no more, is told by its ending.
    child.on('error', () => undefined)
    child.stdin.on('error', () => undefined)
    return child
  } catch {
    return undefined
  }
}

/** Whether this process stays for it. */
function awaited(child: ChildProcessWithoutNullStreams, isAwaited: boolean): void {
  const { stdin, stdout, stderr } = child
  for (const one of [child, stdin, stdout, stderr])
    if (one instanceof Socket || one === child) one[isAwaited ? 'ref' : 'unref']()
}

async function finished(
  child: ChildProcessWithoutNullStreams,
  words: readonly string[],
  { mostBytes, end }: { readonly mostBytes: number } & Pick<WaitingShell, 'end'>,
): Promise<Finished> {
  const { promise, resolve } = Promise.withResolvers<Finished>()
  const onOut = collector(told)
  const onWords = collector(told)
  function told(): void {
    if (Math.max(onOut.bytes(), onWords.bytes()) > mostBytes) end('SIGKILL')
    const code = onOut.afterNul()
    if (code?.endsWith('\n') !== true || onWords.afterNul() === undefined) return
    resolve({ end: endOf(Number(code)), out: onOut.text(), words: onWords.text() })
  }
  // Without its mark nobody knows how the command ended, however well the shell did.
  const onClose = (code: number | null, signal: NodeJS.Signals | null): void =>
    resolve({ end: signal ?? (code === 0 ? undefined : (code ?? undefined)), out: onOut.text(), words: onWords.text() })
  child.stdout.on('data', onOut.take)
  child.stderr.on('data', onWords.take)
  child.once('close', onClose)
  child.stdin.write([String(words.length), ...words, ''].join('\n'))
  try {
    return await promise
  } finally {
    child.stdout.off('data', onOut.take)
    child.stderr.off('data', onWords.take)
    child.off('close', onClose)
  }
}

interface Collector {
  readonly take: (piece: Buffer) => void
  readonly bytes: () => number
  readonly text: () => string
  readonly afterNul: () => string | undefined
}

/** Collects what comes up to a NUL, and apart from it what comes after. */
function collector(told: () => void): Collector {
  const pieces: Buffer[] = []
  let bytes = 0
  let after: string | undefined
  return {
    take: (piece) => {
      const at = after === undefined ? piece.indexOf(0) : -1
      bytes += piece.length
      if (after !== undefined) after += piece.toString('latin1')
      else if (at === -1) pieces.push(piece)
      else {
        pieces.push(piece.subarray(0, at))
        after = piece.toString('latin1', at + 1)
      }
      told()
    },
    bytes: () => bytes,
    text: () => Buffer.concat(pieces).toString('utf8'),
    afterNul: () => after,
  }
}

function endOf(code: number): Finished['end'] {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - BY_SIGNAL)?.[0]
  return Object.keys(constants.signals).find((name): name is NodeJS.Signals => name === signal) ?? code
}
