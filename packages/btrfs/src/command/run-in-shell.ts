import { areCalls, CALLER } from './kernel-calls.ts'
import { SHELL, startShell } from './waiting-shell.ts'
import type { Finished, Interpreter, WaitingShell, Words } from './waiting-shell.ts'

/** So many commands at once run in shells of a kind: a command that hangs keeps one, and none may wait for that. */
const MOST_SHELLS = 4
/** A shell reads byte by byte. */
const MOST_CHARACTERS = 4096
/** What every shell reads as it is written. */
const PLAIN = /^[ -~]*$/

interface Held {
  readonly interpreter: Interpreter
  readonly shell: WaitingShell
  readonly path: string | undefined
  isBusy: boolean
}

/** Of this process. */
const shells = new Set<Held>()

/** A shell that runs some commands once for whoever has it. */
export interface HeldShell extends Disposable {
  run(mostBytes: number): Promise<Finished>
  end(signal: NodeJS.Signals): void
}

/**
 * A waiting shell for commands that run one after the other, up to the first that fails; to be disposed of. Undefined when
 * they are none for it, or all have to do. It is kept for the next ones.
 */
export function shellFor(commands: readonly Words[]): HeldShell | undefined {
  const words = commands.flat()
  if (!words.every((word) => PLAIN.test(word)) || words.join('\n').length > MOST_CHARACTERS) return undefined
  const held = (areCalls(commands) ? free(CALLER) : undefined) ?? free(SHELL)
  if (held === undefined) return undefined
  held.isBusy = true
  const { shell } = held
  return {
    run: async (mostBytes) => shell.run(commands, mostBytes),
    end: (signal) => shell.end(signal),
    [Symbol.dispose]: () => {
      held.isBusy = false
      if (!shell.isThere()) shells.delete(held)
    },
  }
}

/** One that finds programs where this process does now. */
function free(interpreter: Interpreter): Held | undefined {
  const path = process.env['PATH']
  const same = [...shells].filter((held) => held.interpreter === interpreter)
  for (const held of same) {
    if (held.isBusy) continue
    if (held.shell.isThere() && held.path === path) return held
    if (held.shell.isThere()) held.shell.end('SIGTERM')
    shells.delete(held)
  }
  if (same.filter(({ isBusy }) => isBusy).length >= MOST_SHELLS) return undefined
  const shell = startShell(interpreter)
  if (shell === undefined) return undefined
  const held = { interpreter, shell, path, isBusy: false }
  shells.add(held)
  return held
}
