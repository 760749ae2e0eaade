import { startShell } from './waiting-shell.ts'
import type { Finished, WaitingShell } from './waiting-shell.ts'

/** So many commands at once run in shells: a command that hangs keeps one, and none may wait for that. */
const MOST_SHELLS = 4
/** A shell reads byte by byte. */
const MOST_CHARACTERS = 4096
/** What every shell reads as it is written. */
const PLAIN = /^[ -~]*$/

interface Held {
  readonly shell: WaitingShell
  readonly path: string | undefined
  isBusy: boolean
}

/** Of this process. */
const shells = new Set<Held>()

/** A shell that runs one command for whoever has it. */
export interface HeldShell extends Disposable {
  run(mostBytes: number): Promise<Finished>
  end(signal: NodeJS.Signals): void
}

/**
 * A waiting shell for a command, to be disposed of; undefined when the command is none for it, or all have to do. It is kept
 * for the next command.
 */
export function shellFor(words: readonly string[]): HeldShell | undefined {
  if (!words.every((word) => PLAIN.test(word)) || words.join('\n').length > MOST_CHARACTERS) return undefined
  const held = free()
  if (held === undefined) return undefined
  held.isBusy = true
  const { shell } = held
  return {
    run: async (mostBytes) => shell.run(words, mostBytes),
    end: (signal) => shell.end(signal),
    [Symbol.dispose]: () => {
      held.isBusy = false
      if (!shell.isThere()) shells.delete(held)
    },
  }
}

/** One that finds programs where this process does now. */
function free(): Held | undefined {
  const path = process.env['PATH']
  for (const held of shells) {
    if (held.isBusy) continue
    if (held.shell.isThere() && held.path === path) return held
    if (held.shell.isThere()) held.shell.end('SIGTERM')
    shells.delete(held)
  }
  if (shells.size >= MOST_SHELLS) return undefined
  const shell = startShell()
  if (shell === undefined) return undefined
  const held = { shell, path, isBusy: false }
  shells.add(held)
  return held
}
