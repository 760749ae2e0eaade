import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, processAt } from '../process/process-table.ts'
import type { Depot } from './depot.ts'

/** A folder for what duplicity writes down for a while; `await using` removes it. */
export interface WorkFolder extends AsyncDisposable {
  readonly path: string
}

/** The folder of a lift: found again by its id. */
export function liftFolder(depot: Depot, liftId: string): Promise<WorkFolder> {
  return made(join(depot.home, 'work', liftId))
}

/** The folder of a call that only reads, which bears the name of this process. */
export async function readingFolder(depot: Depot): Promise<WorkFolder> {
  const start = (await processAt(process.pid))?.start ?? '0'
  return made(join(depot.home, 'work', `reading_${String(process.pid)}_${start}_${randomUUID()}`))
}

/** Removes the folders of reading calls of processes that have ended. */
export async function sweepFolders(depot: Depot): Promise<void> {
  const folder = join(depot.home, 'work')
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, start] = /^reading_(\d+)_(\d+)_/.exec(name) ?? []
    if (pid === undefined || start === undefined || (await isAlive({ pid: Number(pid), start }))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function made(path: string): Promise<WorkFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
