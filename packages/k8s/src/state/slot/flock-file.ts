import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, fchmodSync, openSync } from 'node:fs'
import { isSalvageError, SalvageError } from '@salvage-kit/core'

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants
/** For everybody: jobs of other users share the directory. */
const MODE = 0o666
/** What the program answers, that of util-linux and that of busybox, when somebody else holds the lock. */
const HELD = 1
const FD_IN_CHILD = 3

/**
 * Takes flock(2) of a file, which is made when it is not there; undefined when somebody else holds it. The lock is that of
 * a descriptor of this process, so it ends with this process, however that ends. Closing the descriptor frees it.
 * Rejects with `LOCK.SLOT_FILE` and `LOCK.NO_FLOCK`.
 */
export async function takeFlock(path: string): Promise<Disposable | undefined> {
  const fd = openLockFile(path)
  try {
    if (await isTaken(fd, path)) return { [Symbol.dispose]: () => closeSync(fd) }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return undefined
}

function openLockFile(path: string): number {
  try {
    return opened(path)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SalvageError('LOCK.SLOT_FILE', `the lock file ${path} cannot be opened`, {
      why,
      hint: 'the directory must be there, and this user must be able to write in it',
      cause,
      untouched: true,
    })
  }
}

/** Files of other users in a directory like /tmp may be opened only without O_CREAT, some only for reading. */
function opened(path: string): number {
  try {
    const fd = openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK, MODE)
    try {
      fchmodSync(fd, MODE)
    } catch {
      // It is somebody else's.
    }
    return fd
  } catch (error) {
    if (!hasCode(error, 'EACCES')) throw error
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }
}

/** Node has no flock(2): the program locks the descriptor that it inherits, which is the same open file as ours. */
async function isTaken(fd: number, path: string): Promise<boolean> {
  const child = spawn('flock', ['-n', String(FD_IN_CHILD)], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
  })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  try {
    await once(child, 'close')
  } catch (cause) {
    throw new SalvageError('LOCK.NO_FLOCK', 'the program `flock` cannot be started', {
      hint: 'install it (util-linux), or limit by leases',
      cause,
      untouched: true,
    })
  }
  if (child.exitCode === 0) return true
  if (child.exitCode === HELD) return false
  throw new SalvageError('LOCK.SLOT_FILE', `the lock file ${path} cannot be locked`, {
    why: said.trim() === '' ? `flock ended with ${String(child.exitCode ?? child.signalCode)}` : said.trim(),
    untouched: true,
  })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && !isSalvageError(error) && 'code' in error && error.code === code
}
