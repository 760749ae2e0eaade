import { readdir, readFile } from 'node:fs/promises'

/** The command lines of programs of a send in which one of the paths stands. */
export async function runningFor(...paths: readonly string[]): Promise<readonly string[]> {
  const lines = await commandLines()
  return lines.filter((line) => /^(btrfs|ssh|rsync|setpriv) /.test(line) && paths.some((path) => line.includes(path)))
}

/** Those of far ends of sends: a shell has the whole script as its argument. */
export async function receivers(): Promise<readonly string[]> {
  const lines = await commandLines()
  return lines.filter((line) => line.includes('.salvage-kit/incoming') && !/^(btrfs|ssh|setpriv) /.test(line))
}

async function commandLines(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    ids.map(async (id) => (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')),
  )
}
