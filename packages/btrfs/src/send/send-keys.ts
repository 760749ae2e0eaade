/**
 * What nobody else may touch while a snapshot is sent: the snapshot, so that it is not removed, and its way to that host.
 * Not the volume, and not what else of it is sent there: each copy is received apart, and of the markers the newest stays.
 */
export function sendKeys(name: string, host: string): readonly string[] {
  return [`btrfs:${name}`, `btrfs:${name}→${host}`]
}
