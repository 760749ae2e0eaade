import { WebSocket } from 'ws'

const PING_MS = 5000
const FEWEST_BEATS = 4

/** Tells that somebody is there as long as something is heard. */
export interface Pulse extends Disposable {
  heard(): void
}

/**
 * Pings, and calls `silent` when nothing was heard for `silenceMs` of the time in which this process listened: time in which
 * it waited for its own reader, or was stopped itself, does not count.
 */
export function pulse(socket: WebSocket, silenceMs: number, waits: () => boolean, silent: () => void): Pulse {
  const beatMs = Math.min(PING_MS, silenceMs / FEWEST_BEATS)
  const most = Math.ceil(silenceMs / beatMs)
  let missed = 0
  const timer = setInterval(() => {
    if (waits()) missed = 0
    else missed += 1
    if (missed > most) silent()
    else if (!waits() && socket.readyState === WebSocket.OPEN) socket.ping()
  }, beatMs)
  return {
    heard(): void {
      missed = 0
    },
    [Symbol.dispose](): void {
      clearInterval(timer)
    },
  }
}
