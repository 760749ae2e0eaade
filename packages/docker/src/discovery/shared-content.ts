import type { Container } from '../container.ts'
import type { Volume } from '../engine.ts'

/**
 * The volumes that a container can write to or holds open, by name: those that it mounts, read-only ones too, those
 * whose content it reaches by a bind mount of the same directory or of one below it, and those that stand for the same
 * device as one of these. A bind mount of a directory above (`/`, `/var/lib/docker`) counts for nothing: monitoring
 * tools have such mounts and write to no volume.
 */
export function usedVolumes(container: Pick<Container, 'mounts'>, volumes: readonly Volume[]): ReadonlySet<string> {
  const byName = new Map(volumes.map((volume) => [volume.name, volume]))
  const used = new Set<string>()
  for (const mount of container.mounts) {
    if (mount.type === 'volume' && mount.name !== undefined && byName.has(mount.name)) used.add(mount.name)
    if (mount.type === 'bind')
      for (const volume of volumes) if (holds(contentOf(volume), mount.source)) used.add(volume.name)
  }
  const devices = new Set([...used].flatMap((name) => deviceOf(byName.get(name)) ?? []))
  for (const volume of volumes) {
    const device = deviceOf(volume)
    if (device !== undefined && devices.has(device)) used.add(volume.name)
  }
  return used
}

/** The directory that a volume of the local driver binds, given as its `device`. */
export function boundDirectory({ driver, driverOptions }: Volume): string | undefined {
  const options = (driverOptions['o'] ?? '').split(',')
  const device = driverOptions['device'] ?? ''
  return driver === 'local' && (options.includes('bind') || options.includes('rbind')) && device.startsWith('/')
    ? device
    : undefined
}

function contentOf(volume: Volume): string | undefined {
  return (
    boundDirectory(volume) ?? (volume.driver === 'local' && volume.mountpoint !== '' ? volume.mountpoint : undefined)
  )
}

function deviceOf(volume: Volume | undefined): string | undefined {
  const device = volume?.driver === 'local' ? volume.driverOptions['device'] : undefined
  // Each tmpfs is another one, whatever its device is called.
  return device === undefined || device === '' || volume?.driverOptions['type'] === 'tmpfs' ? undefined : device
}

function holds(directory: string | undefined, path: string): boolean {
  return directory !== undefined && (path === directory || path.startsWith(`${directory.replace(/\/$/, '')}/`))
}
