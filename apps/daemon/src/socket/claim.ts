import { lstatSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { errorText } from '@salvage-kit/core'
import { alreadyRunning, badSocket } from '../error.ts'

/** What fits into the address of a unix socket. */
const LONGEST_PATH = 107

/**
 * Makes room for a socket: takes away what a dead daemon left. Rejects with `DAEMON.RUNNING` when somebody answers there,
 * and with `DAEMON.SOCKET` when something else stands there.
 */
export async function claimSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw badSocket(path, `its path is longer than ${String(LONGEST_PATH)} bytes`)
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isSocket()) throw badSocket(path, 'something that is no socket stands there')
  if (await answers(path)) throw alreadyRunning(`it answers at ${path}`)
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw badSocket(path, `what a dead daemon left there cannot be removed: ${errorText(error)}`, error)
  }
}

async function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(true))
  // Refused: nobody listens. Anything else, such as a full queue, is somebody.
  socket.once('error', (error: NodeJS.ErrnoException) =>
    resolve(!(error.code === 'ECONNREFUSED' || error.code === 'ENOENT')),
  )
  const found = await promise
  socket.destroy()
  return found
}
