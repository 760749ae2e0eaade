import { z } from 'zod'
import type { BtrfsSettings } from '../../settings/settings.ts'
import { describedVolume, dockerVolume } from '../volume/describe-volume.ts'
import type { DockerVolumes } from '../volume/docker-volumes.ts'
import { listVolumes } from '../volume/list-volumes.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

/** Engines send text; people who ask by hand write `true` and `500`. */
const option = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const named = z.object({ Name: z.string() })
const created = z.object({ Name: z.string(), Opts: z.record(z.string(), option).nullish() })
/** Who asks by hand may have no id: all of them together are one mount. */
const mounted = z.object({ Name: z.string(), ID: z.string().default('') })
/** Of calls that say everything with their name. */
const anything = z.unknown()

/** Docker's own calls. https://docs.docker.com/engine/extend/plugins_volume/ */
export function dockerRoutes(settings: BtrfsSettings, volumes: DockerVolumes): Readonly<Record<string, Route>> {
  return {
    'Plugin.Activate': route(anything, async () => ({ Implements: ['VolumeDriver'] })),
    'VolumeDriver.Capabilities': route(anything, async () => ({ Capabilities: { Scope: 'local' } })),
    'VolumeDriver.Create': route(created, async ({ Name, Opts }, options) => {
      await volumes.create(Name, Opts ?? {}, options)
      return {}
    }),
    'VolumeDriver.Remove': route(named, async ({ Name }, options) => {
      await volumes.remove(Name, options)
      return {}
    }),
    'VolumeDriver.Mount': route(mounted, async ({ Name, ID }, options) => ({
      Mountpoint: (await volumes.mount(Name, ID, options)).path,
    })),
    'VolumeDriver.Unmount': route(mounted, async ({ Name, ID }) => {
      await volumes.unmount(Name, ID)
      return {}
    }),
    'VolumeDriver.Path': route(named, async ({ Name }, options) => ({
      Mountpoint: (await volumes.get(Name, options)).path,
    })),
    'VolumeDriver.Get': route(named, async ({ Name }, options) => ({
      Volume: await describedVolume(await volumes.get(Name, options), settings, options),
    })),
    'VolumeDriver.List': route(anything, async () => ({
      Volumes: (await listVolumes(settings.volumesPath)).map(dockerVolume),
    })),
  }
}
