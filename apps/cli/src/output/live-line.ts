import type { Terminal } from '../terminal.ts'

/** One line on a terminal that is drawn again and again, and lines above it that stay. */
export interface LiveLine extends Disposable {
  /** Prints a line that stays. */
  print(text: string): void
  /** Replaces the live line; an empty text takes it away. Cut to the width of the terminal. */
  show(text: string): void
}

const CLEAR = '\r\u001b[2K'

/** The live line on stderr. On anything but a terminal `show` does nothing. */
export function liveLine(terminal: Terminal): LiveLine {
  let shown = ''
  const show = (text: string): void => {
    if (!terminal.live) return
    const cut = text.slice(0, Math.max(terminal.columns() - 1, 1))
    if (cut === shown) return
    terminal.err(shown === '' ? cut : `${CLEAR}${cut}`)
    shown = cut
  }
  return {
    show,
    print(text) {
      const again = shown
      show('')
      terminal.err(`${text}\n`)
      show(again)
    },
    [Symbol.dispose]: () => show(''),
  }
}
