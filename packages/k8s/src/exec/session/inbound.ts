import { Readable } from 'node:stream'
import type { WebSocket } from 'ws'

const HIGH_WATER = 256 * 1024

/** What comes from a program: its two outputs over one connection. */
export interface Inbound {
  readonly stdout: Readable
  readonly stderr: Readable
  /** Hands bytes to who reads; from then on the connection waits when that is enough for now. */
  readonly put: (stream: Readable, bytes: Buffer) => void
  /** Whether the connection waits because somebody does not read. Nothing is heard from the server then, not even pongs. */
  readonly waits: () => boolean
}

/** Two streams that hold the connection up while either is full, and let it go on when both are read. */
export function inbound(socket: WebSocket): Inbound {
  const full = new Set<Readable>()
  const stream = (): Readable => {
    const made: Readable = new Readable({
      highWaterMark: HIGH_WATER,
      read(): void {
        if (full.delete(made) && full.size === 0) socket.resume()
      },
    })
    // Who awaits the end of the session is told; a stream that nobody watches must not end the process.
    made.on('error', () => {})
    return made
  }
  return {
    stdout: stream(),
    stderr: stream(),
    put(to, bytes): void {
      if (to.destroyed || to.push(bytes)) return
      full.add(to)
      socket.pause()
    },
    waits: () => full.size > 0,
  }
}
