import { dirname } from 'node:path'
import type { DockerEngine, Volume } from './engine.ts'

/**
 * The same engine; a volume of another driver whose mount point stands in one of these directories counts as one that
 * binds that directory: its driver keeps it there whether somebody uses it or not.
 */
export function withVolumeRoots(engine: DockerEngine, roots: readonly string[]): DockerEngine {
  const known = new Set(roots.map((root) => root.replace(/(?<=.)\/+$/, '')))
  const seen = (volume: Volume): Volume =>
    volume.driver !== 'local' && known.has(dirname(volume.mountpoint))
      ? { ...volume, driver: 'local', driverOptions: { type: 'none', o: 'bind', device: volume.mountpoint } }
      : volume
  return {
    ...engine,
    listVolumes: async (options) => (await engine.listVolumes(options)).map(seen),
    inspectVolume: async (name, options) => {
      const volume = await engine.inspectVolume(name, options)
      return volume === undefined ? undefined : seen(volume)
    },
  }
}
