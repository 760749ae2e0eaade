import type { Terminal } from './terminal.ts'

/** How long what was left open is waited for, in milliseconds. */
const PATIENCE_MS = 3000

/**
 * Sees to it that the process ends, soon, although something was left open that keeps it: everything is done, and whoever
 * stopped it waits. Says what that was.
 */
export function leaveSoon(terminal: Terminal, code: number): void {
  setTimeout(() => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(', ')
    terminal.err(`leaving, although something is still open: ${left}\n`)
    process.exit(code)
  }, PATIENCE_MS).unref()
}
