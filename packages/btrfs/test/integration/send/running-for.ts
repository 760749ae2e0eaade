import { readdir, readFile } from 'node:fs/promises'

/** The command lines of programs of a send in which one of the paths stands. */
export async function runningFor(...paths: readonly string[]): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    ids.map(async (id) => (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')),
  )
  return lines.filter((line) => /^(btrfs|ssh|rsync|setpriv) /.test(line) && paths.some((path) => line.includes(path)))
}
