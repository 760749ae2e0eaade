import { stat } from 'node:fs/promises'

/**
 * What tells a directory from every other one that stands under its path before or after: its inode, which may be given
 * to a new one at once, and the nanosecond of its birth. Undefined when it is not there, and on file systems that do not
 * know births: some of them give a directory another inode from time to time.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { ino, birthtimeNs } = await stat(path, { bigint: true })
    return birthtimeNs > 0n ? `${String(ino)}-${String(birthtimeNs)}` : undefined
  } catch {
    return undefined
  }
}
