import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { command } from './command.ts'
import { exclusive } from './exclusive.ts'

/** The folder of the cache that file systems are mounted below. */
export const FILE_SYSTEMS = 'file-systems'

/**
 * Sees to it that what is mounted and unmounted below `FILE_SYSTEMS` is so in the mount namespaces of private engines
 * too. Where the root is not shared (no systemd), that folder becomes a shared mount of its own, and stays one: an engine
 * that took it over would not see a later one.
 */
export async function shareMounts(): Promise<void> {
  const folder = cacheFolder(FILE_SYSTEMS)
  await exclusive(join(cacheFolder(), 'file-systems.sqlite'), async () => {
    if (isShared(folder)) return
    await command('mount', ['--bind', folder, folder])
    await command('mount', ['--make-shared', folder])
  })
}

/** Whether the mount that a folder is on passes on what is mounted below. */
function isShared(folder: string): boolean {
  const above = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , point]) => point === '/' || point === folder || folder.startsWith(`${String(point)}/`))
    .toSorted((a, b) => (a[4]?.length ?? 0) - (b[4]?.length ?? 0))
  return above.at(-1)?.some((field) => field.startsWith('shared:')) ?? false
}
