import { readFile } from 'node:fs/promises'

/** One mount that this process sees. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export interface Mount {
  /** The same for every mount of one BTRFS, whatever `stat` says of its subvolumes. */
  readonly device: string
  /** What of the file system is mounted. */
  readonly root: string
  /** Where. */
  readonly point: string
  readonly type: string
}

/** All mounts that this process sees, in the order in which they were made. */
export async function readMounts(): Promise<readonly Mount[]> {
  return parseMounts(await readFile('/proc/self/mountinfo', 'utf8'))
}

/** Reads the text of `mountinfo`. */
export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const fields = line.split(' ').map(unescaped)
    const [, , device, root, point] = fields
    if (device === undefined || root === undefined || point === undefined) return []
    return { device, root, point, type: fields[fields.indexOf('-') + 1] ?? '' }
  })
}

/** The mount in which a real path stands; of several on one point the last one is seen. */
export function mountAbove(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts)
    if (isBelow(path, mount.point) && (best === undefined || mount.point.length >= best.point.length)) best = mount
  return best
}

/** Whether a path is a directory or lies in it. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`)
}

function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
