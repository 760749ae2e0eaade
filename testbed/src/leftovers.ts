import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from './cache.ts'
import { succeeds } from './command.ts'
import { alive } from './engine-folder.ts'

const TRIES = 20
const POLL_MS = 100

/** Makes a folder for this process below a folder of the cache; its name says whose it is. */
export function ownFolder(kind: string): string {
  return mkdtempSync(join(cacheFolder(kind), `${String(process.pid)}-`))
}

/** Removes the folders that {@link ownFolder} made for processes that are gone, with what is mounted in them. */
export async function sweepOwnFolders(kind: string): Promise<void> {
  for (const name of readdirSync(cacheFolder(kind)))
    if (/^\d+-/.test(name) && !alive(Number.parseInt(name, 10))) await removeMounted(join(cacheFolder(kind), name))
}

/** Unmounts everything at and below a folder, deepest first and patiently, and removes the folder. */
export async function removeMounted(folder: string): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const points = mountPoints(folder)
    if (points.length === 0) break
    for (const point of points.toReversed()) await succeeds('umount', [point])
    if (mountPoints(folder).length > 0) await sleep(POLL_MS)
  }
  // Somebody still works in it: it goes when they do.
  for (const point of mountPoints(folder).toReversed()) await succeeds('umount', ['--lazy', point])
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** What is mounted at or below a folder, in the order in which it was mounted. */
function mountPoints(folder: string): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
}
