import type { Invocation } from '../../invocation.ts'
import { rancherPlace, readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'
import { daemonAt } from '../daemon.ts'
import { makeSource } from './source-directory.ts'

/**
 * Does what rancher-backup did, by its schedule, until SIGTERM or SIGINT. Nothing is dumped at the start. The directory of a
 * `file://` URL must be there: a disk that is not mounted is not replaced by a folder of that name, night by night.
 */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const place = await rancherPlace(invocation)
  await makeSource(place.read.settings.duplicity.sourcePath)
  return daemonAt(invocation, place, async () => (await readRancher(invocation)).loaded)
}
