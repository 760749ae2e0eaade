import { Writable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import { WebSocket } from 'ws'
import type { ExecRequest } from '../../client/exec-session.ts'
import { CHANNEL, V5 } from './channel.ts'
import { placeOf } from './lost.ts'

const LARGEST_PIECE = 32 * 1024
const END_OF_STDIN = Buffer.from([CHANNEL.close, CHANNEL.stdin])

/**
 * The program's stdin. A write is done when the kernel has it, so that a slow program holds its writer up. Over a server that
 * speaks v4 only, ending it fails with `EXEC.NO_STDIN_END`: there it would end the session and cut the output.
 */
export function outbound(socket: WebSocket, request: ExecRequest): Writable {
  const wanted = request.stdin === true
  const stdin = new Writable({
    highWaterMark: LARGEST_PIECE,
    write(chunk: Buffer, _encoding, done): void {
      if (!wanted) done(new Error('stdin was not asked for'))
      else sendPieces(socket, chunk, done)
    },
    final(done): void {
      if (!wanted || socket.readyState !== WebSocket.OPEN) done()
      else if (socket.protocol === V5) socket.send(END_OF_STDIN, (error) => done(error))
      else
        done(
          new SalvageError('EXEC.NO_STDIN_END', `the input of ${placeOf(request)} cannot be ended`, {
            why: 'the server speaks only v4 of the exec protocol',
            hint: 'Kubernetes 1.30 and later can.',
          }),
        )
    },
  })
  stdin.on('error', () => {})
  return stdin
}

function sendPieces(socket: WebSocket, chunk: Buffer, done: (error?: Error | null) => void): void {
  const piece = chunk.subarray(0, LARGEST_PIECE)
  const rest = chunk.subarray(LARGEST_PIECE)
  socket.send(Buffer.concat([Buffer.from([CHANNEL.stdin]), piece]), (error) => {
    if (error !== undefined && error !== null) done(error)
    else if (rest.length > 0) sendPieces(socket, rest, done)
    else done()
  })
}
