import { readFile, realpath } from 'node:fs/promises'

/**
 * Where a directory is as seen from the top of its file system, without a slash at either end: as `btrfs subvolume list`
 * writes paths, whatever of the file system is mounted where.
 */
export async function pathInFileSystem(directory: string): Promise<string> {
  return placeIn(await readFile('/proc/self/mountinfo', 'utf8'), await realpath(directory))
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: field 4 is the mounted root, field 5 where it is. */
export function placeIn(mountinfo: string, path: string): string {
  let best: { readonly root: string; readonly point: string } | undefined
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', point = ''] = line.split(' ').map(unescaped)
    const isAbove = point === '/' || path === point || path.startsWith(`${point}/`)
    // Of several mounts on one point the last one is seen.
    if (point !== '' && isAbove && (best === undefined || point.length >= best.point.length)) best = { root, point }
  }
  if (best === undefined) return path.replace(/^\//, '')
  const below = best.point === '/' ? path : path.slice(best.point.length)
  return `${best.root}/${below}`.replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '')
}

function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
