import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../cache.ts'
import { alive } from '../engine-folder.ts'
import { ownFolder, removeMounted } from '../leftovers.ts'
import { signalEach } from '../process-tree.ts'
import { recordedPid } from './daemon.ts'

const KIND = 'kubernetes'
const POLL_MS = 10

/** Where a cluster lies. */
export interface ClusterPlace {
  /** Everything that it writes. */
  readonly folder: string
  /** A loopback address that is nobody else's, so that ports need not be looked for. */
  readonly loopback: string
  /** It outlives the process that starts it. */
  readonly lasting: boolean
}

/** A folder for a cluster of this process. */
export function ownPlace(): ClusterPlace {
  return { folder: ownFolder(KIND), loopback: someLoopback(), lasting: false }
}

/** The folder of the cluster that stays up, and whether there is one. */
export function lastingFolder(): string {
  return join(cacheFolder(KIND), 'up')
}

/** Makes a folder for the cluster that stays up; rejects when there is one. */
export function lastingPlace(): ClusterPlace {
  const folder = lastingFolder()
  if (existsSync(folder)) throw new Error(`a cluster is up already, or not taken down: ${folder}`)
  mkdirSync(folder)
  return { folder, loopback: someLoopback(), lasting: true }
}

/** Takes away what clusters of processes that are gone left. */
export async function sweepPlaces(clear: (folder: string) => Promise<void>): Promise<void> {
  for (const name of readdirSync(cacheFolder(KIND)))
    if (/^\d+-/.test(name) && !alive(Number.parseInt(name, 10))) await clear(join(cacheFolder(KIND), name))
}

/** Ends every program that noted itself in the folder, and removes the folder. */
export async function clearPlace(folder: string): Promise<void> {
  const records = join(folder, 'run')
  const names = existsSync(records) ? readdirSync(records) : []
  const pids = names.flatMap((name) => recordedPid(join(records, name)) ?? [])
  signalEach(pids, 'SIGKILL')
  // One that still writes would stand in the way of the folder's removal.
  while (names.some((name) => recordedPid(join(records, name)) !== undefined)) await sleep(POLL_MS)
  await removeMounted(folder)
}

function someLoopback(): string {
  return `127.${String(randomInt(64, 255))}.${String(randomInt(0, 256))}.${String(randomInt(1, 255))}`
}
