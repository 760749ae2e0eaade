import { readFile } from 'node:fs/promises'

const LOOK_MS = 500

/** What {@link watchSend} looks at and tells. */
export interface Watched {
  /** Of `btrfs send`; undefined once it has ended. */
  readonly pid: () => number | undefined
  readonly onProgress?: ((progress: { readonly bytes: number }) => void) | undefined
  readonly silenceMs: number
  /** Called once, when for so long neither bytes went out nor the sender worked. */
  readonly onSilence: () => void
}

/** Follows a send; disposing of it ends that. */
export interface Watch extends Disposable {
  /** The most that was seen. */
  readonly bytes: () => number
}

/**
 * Follows a process from outside: the stream goes from one process to the other without passing through this one, which
 * would cost a sixth of the speed. https://man7.org/linux/man-pages/man5/proc_pid_io.5.html
 */
export function watchSend({ pid, onProgress, silenceMs, onSilence }: Watched): Watch {
  let bytes = 0
  let seen = ''
  let since = performance.now()
  const look = async (): Promise<void> => {
    const current = pid()
    const state = current === undefined ? undefined : await stateOf(current)
    if (state !== undefined && state.bytes > bytes) {
      bytes = state.bytes
      onProgress?.({ bytes })
    }
    const now = state === undefined ? 'ended' : `${String(state.bytes)} ${state.ticks}`
    if (now !== seen) since = performance.now()
    seen = now
    if (performance.now() - since < silenceMs) return
    clearInterval(timer)
    onSilence()
  }
  const timer = setInterval(() => void look(), Math.min(LOOK_MS, silenceMs))
  return { bytes: () => bytes, [Symbol.dispose]: () => clearInterval(timer) }
}

/** What was written so far, and the time that the processor gave; undefined when the process is gone. */
async function stateOf(pid: number): Promise<{ readonly bytes: number; readonly ticks: string } | undefined> {
  try {
    const [io, stat] = await Promise.all([
      readFile(`/proc/${String(pid)}/io`, 'utf8'),
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
    ])
    // The name of the program may hold blanks: fields are counted from its end. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { bytes: Number(/^wchar: (\d+)$/m.exec(io)?.[1] ?? 0), ticks: `${fields[11] ?? ''} ${fields[12] ?? ''}` }
  } catch {
    return undefined
  }
}
