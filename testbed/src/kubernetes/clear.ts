import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../cache.ts'
import { command } from '../command.ts'
import { alive } from '../engine-folder.ts'
import { removeMounted } from '../leftovers.ts'
import { signalEach } from '../process-tree.ts'
import { recordedPid } from './daemon.ts'
import { removeControlGroups } from './node/control-groups.ts'
import { removeLink } from './node/link.ts'
import { CLUSTERS } from './place.ts'

const POLL_MS = 20
const LOOP_MS = 20_000

/** Takes away what clusters of processes that are gone left. */
export async function sweepPlaces(): Promise<void> {
  for (const name of readdirSync(cacheFolder(CLUSTERS)))
    if (/^\d+-/.test(name) && !alive(Number.parseInt(name, 10))) await clearPlace(join(cacheFolder(CLUSTERS), name))
}

/**
 * Ends every program that noted itself in the folder of a cluster, takes away what the cluster has on the machine, and
 * removes the folder. With process 1 of the node all others in it end, and its mounts and its network with them.
 */
export async function clearPlace(folder: string): Promise<void> {
  const records = join(folder, 'run')
  const names = existsSync(records) ? readdirSync(records) : []
  const running = (): readonly number[] => names.flatMap((name) => recordedPid(join(records, name)) ?? [])
  signalEach(running(), 'SIGKILL')
  // One that still writes would stand in the way of the folder's removal.
  while (running().length > 0) await sleep(POLL_MS)
  if (existsSync(join(folder, 'disk.image'))) {
    await removeLink(folder)
    await loopGone(join(folder, 'disk.image'))
    await removeControlGroups(folder)
  }
  await removeMounted(folder)
}

/** The kernel unmounts a node's disk, and frees its loop device, a moment after the last process of it. */
async function loopGone(image: string): Promise<void> {
  const until = Date.now() + LOOP_MS
  while ((await command('losetup', ['--associated', image])) !== '' && Date.now() < until) await sleep(POLL_MS)
}
