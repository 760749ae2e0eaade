import { mkdir } from 'node:fs/promises'
import type { Invocation } from '../../invocation.ts'
import { rancherPlace, readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'
import { daemonAt } from '../daemon.ts'

const LOCAL = 'file://'

/** Does what rancher-backup did, by its schedule, until SIGTERM or SIGINT. Nothing is dumped at the start. */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const place = await rancherPlace(invocation)
  const { sourcePath, url = '' } = place.read.settings.duplicity
  await mkdir(sourcePath, { recursive: true })
  // As duplicity itself did: nobody stands by to say --init.
  if (url.startsWith(LOCAL)) await mkdir(url.slice(LOCAL.length), { recursive: true })
  return daemonAt(invocation, place, async () => (await readRancher(invocation)).loaded)
}
