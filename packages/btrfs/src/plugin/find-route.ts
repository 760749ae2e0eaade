import type { BtrfsSettings } from '../settings/settings.ts'
import type { FindRoute } from './protocol/answer.ts'
import { dockerRoutes } from './protocol/docker-routes.ts'
import { listOf, verbRoutes } from './protocol/verb-routes.ts'
import type { VolumeVerbs } from './volume-verbs.ts'
import type { DockerVolumes } from './volume/docker-volumes.ts'

const LIST_OF = '/VolumeDriver.Snapshot.List/'

/** All calls of the plugin by their path. Throws nothing. */
export function findRoute(settings: BtrfsSettings, volumes: DockerVolumes, verbs: VolumeVerbs): FindRoute {
  const routes = new Map(Object.entries({ ...dockerRoutes(settings, volumes), ...verbRoutes(verbs) }))
  return (path) => {
    if (!path.startsWith(LIST_OF)) return routes.get(path.slice(1))
    const volume = decoded(path.slice(LIST_OF.length))
    return volume === undefined ? undefined : listOf(verbs, volume)
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
