import { access, constants } from 'node:fs/promises'
import { errorCode } from '../command/error-code.ts'

/** Whether a subvolume cannot be written; true as well when its whole file system cannot. Starts no process. */
export async function isReadOnly(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK)
    return false
  } catch (error) {
    if (errorCode(error) === 'EROFS') return true
    throw error
  }
}
