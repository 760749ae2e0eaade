import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../cache.ts'
import { ownFolder } from '../leftovers.ts'

/** The folder of the cache that clusters lie in. */
export const CLUSTERS = 'kubernetes'

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
  return { folder: ownFolder(CLUSTERS), loopback: someLoopback(), lasting: false }
}

/** The folder of the cluster that stays up, when there is one. */
export function lastingFolder(): string {
  return join(cacheFolder(CLUSTERS), 'up')
}

/** Makes a folder for the cluster that stays up; rejects when there is one. */
export function lastingPlace(): ClusterPlace {
  const folder = lastingFolder()
  if (existsSync(folder)) throw new Error(`a cluster is up already, or not taken down: ${folder}`)
  mkdirSync(folder)
  return { folder, loopback: someLoopback(), lasting: true }
}

function someLoopback(): string {
  return `127.${String(randomInt(64, 255))}.${String(randomInt(0, 256))}.${String(randomInt(1, 255))}`
}
