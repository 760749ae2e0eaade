import { stat } from 'node:fs/promises'

/** Every subvolume of a BTRFS has this inode, and is born with the one that it was cut from. */
const SUBVOLUME_INODE = 256n

/**
 * What tells a directory from every other one that stands under its path before or after: its inode, which may be given
 * to a new one at once, and the nanosecond of its birth; of a subvolume its device too. Undefined when it is not there, and on file systems that do not
 * know births: some of them give a directory another inode from time to time.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeNs } = await stat(path, { bigint: true })
    if (birthtimeNs <= 0n) return undefined
    return [...(ino === SUBVOLUME_INODE ? [dev] : []), ino, birthtimeNs].join('-')
  } catch {
    return undefined
  }
}
