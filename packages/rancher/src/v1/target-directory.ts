import { posix } from 'node:path'
import type { ChosenInstance } from './discovery/instances.ts'
import type { ServicePlace } from './discovery/reference.ts'
import { folderName } from './folder-name.ts'

/**
 * Where the commands of a database's job write: `ROOT/dump/STACK/SERVICE[/SIDEKICK][/INSTANCE]`, in their container.
 * Throws `RANCHER.NAME`.
 */
export function targetDirectoryOf(
  root: string,
  place: ServicePlace,
  { folder }: Pick<ChosenInstance, 'folder'>,
): string {
  const { stack, service, sidekick } = place
  const parts = [stack, service, sidekick, folder].filter((part) => part !== undefined)
  return posix.join(root, 'dump', ...parts.map(folderName))
}
