import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { succeeds } from './command.ts'
import { descendantsOf, processesNaming, signalEach } from './process-tree.ts'

/**
 * Makes a folder for an engine of this process. It stands in the cache folder, which is on a disk that the engine's
 * layers can lie on; the name says whose it is, so that the next start can remove what a killed test run left.
 */
export function engineFolder(): string {
  const folder = mkdtempSync(join(cacheFolder('engines'), `${String(process.pid)}-`))
  mkdirSync(join(folder, 'data'))
  return folder
}

/** Removes the folders of engines whose process and whose test run are both gone. */
export async function sweepEngineFolders(): Promise<void> {
  const engines = cacheFolder('engines')
  for (const name of readdirSync(engines)) {
    const folder = join(engines, name)
    if (!alive(Number.parseInt(name, 10)) && !alive(pidIn(join(folder, 'pid')))) await removeEngineFolder(folder)
  }
}

/** Ends what an engine left running, unmounts what it left mounted below its folder and removes the folder. */
export async function removeEngineFolder(folder: string): Promise<void> {
  const left = processesNaming(`${folder}/exec/`)
  signalEach([...left, ...left.flatMap((pid) => descendantsOf(pid))], 'SIGKILL')
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`))
  for (const point of mounted.toReversed()) await succeeds('umount', ['--lazy', point])
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** The process id that a file holds; not a number when there is none. */
export function pidIn(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return Number.NaN
  }
}

/** Whether there is a process of this id. */
export function alive(pid: number): boolean {
  if (Number.isNaN(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
