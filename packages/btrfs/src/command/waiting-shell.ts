import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { errorCode } from './error-code.ts'

/** How these shells are called in the list of processes; the id of the process that they work for follows. */
export const SHELL_NAME = 'salvage-kit-commands'

/**
 * Reads in one line how many words each of some commands has, and then the words, a line each; runs them up to the first
 * that fails, and writes a NUL behind all that they wrote, how the last one ended, and which one that was. It ends with its
 * input, and that with the process that it works for.
 */
const SCRIPT = `while IFS= read -r counts; do
  code=0
  ran=0
  for count in $counts; do
    set --
    while [ "$count" -gt 0 ]; do
      IFS= read -r word || exit
      set -- "$@" "$word"
      count=$((count - 1))
    done
    [ "$code" -eq 0 ] || continue
    "$@" </dev/null
    code=$?
    ran=$((ran + 1))
  done
  printf '\\000' >&2
  printf '\\000%s %s\\n' "$code" "$ran"
done`

/** What a shell adds to the number of the signal that ended a command. */
const BY_SIGNAL = 128

/** The program and its arguments. */
export type Words = readonly string[]

/** What came of commands. */
export interface Finished {
  /** Which one was the last that ran: all before it ended well. */
  readonly last: number
  /** The exit code of that one, or the signal that ended it. */
  readonly end: number | NodeJS.Signals | undefined
  readonly out: string
  /** What they wrote for people. */
  readonly words: string
}

/** See {@link startShell}. */
export interface WaitingShell {
  readonly isThere: () => boolean
  /**
   * Runs commands, each word of which is one line, one after the other up to the first that fails; never called twice at
   * once. More output than `mostBytes` ends them, and the shell.
   */
  run(commands: readonly Words[], mostBytes: number): Promise<Finished>
  /** Ends it, and what it runs. */
  end(signal: NodeJS.Signals): void
}

/** What runs the commands: a shell, or a program that reads and answers as {@link SHELL} does. */
export interface Interpreter {
  readonly file: string
  /** What it is told to do. */
  readonly args: readonly [option: string, script: string]
}

/** Runs any command. */
export const SHELL: Interpreter = { file: 'sh', args: ['-c', SCRIPT] }

/**
 * Starts a shell that waits for commands; undefined when that cannot be. To start a program costs this process some
 * milliseconds, in which it does nothing else; a shell, which is small, some tenths of one. Nobody waits for it to end.
 */
export function startShell(interpreter: Interpreter): WaitingShell | undefined {
  const child = started(interpreter)
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
    run: async (commands, mostBytes) => {
      awaited(child, true)
      try {
        return await finished(child, commands, { mostBytes, end })
      } finally {
        awaited(child, false)
      }
    },
  }
}

/** In a group of its own, so that what it runs ends with it. */
function started({ file, args }: Interpreter): ChildProcessWithoutNullStreams | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' }
    const child = spawn(file, [...args, SHELL_NAME, String(process.pid)], { env, stdio: 'pipe', detached: true })
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
  commands: readonly Words[],
  { mostBytes, end }: { readonly mostBytes: number } & Pick<WaitingShell, 'end'>,
): Promise<Finished> {
  const { promise, resolve } = Promise.withResolvers<Finished>()
  const onOut = collector(told)
  const onWords = collector(told)
  function told(): void {
    if (Math.max(onOut.bytes(), onWords.bytes()) > mostBytes) end('SIGKILL')
    const mark = onOut.afterNul()
    if (mark?.endsWith('\n') !== true || onWords.afterNul() === undefined) return
    const [code, ran] = mark.split(' ')
    resolve({ last: Number(ran) - 1, end: endOf(Number(code)), out: onOut.text(), words: onWords.text() })
  }
  // Without its mark nobody knows how the command ended, however well the shell did.
  const onClose = (code: number | null, signal: NodeJS.Signals | null): void => {
    const how = signal ?? (code === 0 ? undefined : (code ?? undefined))
    resolve({ last: 0, end: how, out: onOut.text(), words: onWords.text() })
  }
  child.stdout.on('data', onOut.take)
  child.stderr.on('data', onWords.take)
  child.once('close', onClose)
  child.stdin.write([commands.map((words) => words.length).join(' '), ...commands.flat(), ''].join('\n'))
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
