import { lstatSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { errorText, isSalvageError } from '@salvage-kit/core'
import { errorCode } from '../../command/error-code.ts'
import { alreadyRunning, badSocket } from '../error.ts'

/** What fits into the address of a unix socket. */
const LONGEST_PATH = 107

/** Ends the name; who has it keeps it until then. */
export interface ListeningSocket {
  /** Removes the socket, unless somebody else has taken its name meanwhile. Idempotent. */
  remove(): void
}

/**
 * Listens at a path, reachable for its owner alone. What a dead process left there is replaced in one step, so that nobody
 * finds nothing. Rejects with `PLUGIN.RUNNING` when somebody answers there, with `PLUGIN.SOCKET` when it cannot be.
 */
export async function listenAt(server: Server, path: string): Promise<ListeningSocket> {
  // Engines take every socket in this directory for a plugin, but not those in a directory of another name.
  const directory = join(dirname(path), `.${String(process.pid)}`)
  const hidden = join(directory, 's')
  const length = Math.max(Buffer.byteLength(path), Buffer.byteLength(hidden))
  if (length > LONGEST_PATH) throw badSocket(path, `its path is longer than ${String(LONGEST_PATH)} bytes`)
  try {
    mkdirSync(dirname(path), { recursive: true })
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (there !== undefined && !there.isSocket()) throw badSocket(path, 'something that is no socket stands there')
    if (there !== undefined && (await answers(path))) throw alreadyRunning(path)
    rmSync(directory, { recursive: true, force: true })
    mkdirSync(directory, { mode: 0o700 })
    await listenOwned(server, hidden)
    renameSync(hidden, path)
    rmdirSync(directory)
  } catch (error) {
    server.close()
    throw isSalvageError(error) ? error : badSocket(path, errorText(error), error)
  }
  const own = lstatSync(path)
  return {
    remove: () => {
      const there = lstatSync(path, { throwIfNoEntry: false })
      if (there?.ino === own.ino && there.dev === own.dev) rmSync(path, { force: true })
    },
  }
}

/** Listens on what systemd hands over, and keeps. Rejects with `PLUGIN.SOCKET`. */
export async function listenOn(server: Server, descriptor: number): Promise<ListeningSocket> {
  try {
    const listening = once(server, 'listening')
    server.listen({ fd: descriptor })
    await listening
  } catch (error) {
    throw badSocket(`with descriptor ${String(descriptor)}`, errorText(error), error)
  }
  return { remove: () => undefined }
}

async function listenOwned(server: Server, path: string): Promise<void> {
  const listening = once(server, 'listening')
  // Never open to others, not for a moment: it is there when `listen` returns.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await listening
}

async function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(true))
  // Refused: nobody listens. Anything else, such as a full queue, is somebody.
  socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCode(error) ?? '')))
  const found = await promise
  socket.destroy()
  return found
}
