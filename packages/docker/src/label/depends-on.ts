import { COMPOSE } from './keys.ts'
import type { Labels } from './keys.ts'

/** A service of the same compose project that has to be up first. */
export interface DependedService {
  readonly service: string
  /** It has to be healthy, and not merely started. */
  readonly healthy: boolean
}

/** Reads `db:service_healthy:false,cache:service_started:true`; older versions of compose write `db,cache`. */
export function dependsOn(labels: Labels): readonly DependedService[] {
  return (labels[COMPOSE.dependsOn] ?? '').split(',').flatMap((item) => {
    const [service = '', condition] = item.split(':').map((part) => part.trim())
    return service === '' ? [] : [{ service, healthy: condition === 'service_healthy' }]
  })
}

/** Whether these are the labels of a container of that service, and of one that stays: not of `docker compose run`. */
export function isOfService(labels: Labels, project: string, service: string): boolean {
  const oneoff = labels[COMPOSE.oneoff]?.toLowerCase() === 'true'
  return !oneoff && labels[COMPOSE.project] === project && labels[COMPOSE.service] === service
}
