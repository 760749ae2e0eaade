import type { Container, LaunchConfig, Service } from '../client/schema.ts'

/** The primary containers of a service, or those of one of its sidekicks. */
export interface ServicePart {
  readonly config: LaunchConfig
  readonly sidekick?: string
  readonly containers: readonly Container[]
}

const CONFIG_LABEL = 'io.rancher.service.launch.config'
const PRIMARY = 'io.rancher.service.primary.launch.config'

/** The parts of a service, the primary one first, each with its own containers and no others. */
export function serviceParts(service: Service, containers: readonly Container[]): readonly ServicePart[] {
  const sidekicks = service.secondaryLaunchConfigs ?? []
  const parts: ServicePart[] = []
  if (service.launchConfig != null)
    parts.push({
      config: service.launchConfig,
      // Servers that put no such label on a container have no sidekicks in this service to tell it from.
      containers: containers.filter(({ labels }) =>
        labels[CONFIG_LABEL] === undefined ? sidekicks.length === 0 : labels[CONFIG_LABEL] === PRIMARY,
      ),
    })
  for (const config of sidekicks)
    if (config.name !== '')
      parts.push({
        config,
        sidekick: config.name,
        containers: containers.filter(({ labels }) => labels[CONFIG_LABEL] === config.name),
      })
  return parts
}

/** Whether it runs now. */
export function runs({ state }: Container): boolean {
  return state === 'running' || state === 'updating-running'
}
