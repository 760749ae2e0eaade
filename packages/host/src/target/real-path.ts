import { realpath } from 'node:fs/promises'
import { dirname, sep } from 'node:path'

/** Whether a path is a directory or lies beneath it; both without symbolic links, see {@link realPath}. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === sep ? sep : `${directory}${sep}`)
}

/** The path with its symbolic links followed, as far as it exists. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path
      ? path
      : `${(await realPath(parent)).replace(/\/$/, '')}${path.slice(parent === sep ? 0 : parent.length)}`
  }
}
