import { parseSnapshotName } from '../name/snapshot-name.ts'

/** What must not be touched meanwhile: the snapshot, and everything else of its volume that goes to this host. */
export function sendKeys(name: string, host: string): readonly string[] {
  const volume = parseSnapshotName(name)?.volume ?? name
  return [`btrfs:${name}`, `btrfs:${volume}→${host}`]
}
