import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine } from '@salvage-kit/docker'
import type { ForeignContainer } from '../foreign.ts'

/** All containers of an engine, by name. Asks and changes nothing; rejects as the engine's calls do. */
export async function engineContainers(
  engine: DockerEngine,
  options: CallOptions,
): Promise<readonly ForeignContainer[]> {
  const found: ForeignContainer[] = []
  for (const { id } of await engine.listContainers([], options)) {
    const container = await engine.inspectContainer(id, options)
    if (container === undefined) continue
    const { name, image, labels, env, mounts, status } = container
    const project = labels['com.docker.compose.project']
    found.push({
      name,
      image,
      labels,
      env: Object.fromEntries(env.map(variable)),
      mounts: mounts
        .filter(({ type }) => type === 'volume' || type === 'bind')
        .map(({ name: volume, source, destination }) => ({
          ...(volume === undefined ? {} : { volume }),
          source,
          destination: destination.replace(/(?<=.)\/+$/, ''),
        })),
      ...(project === undefined ? {} : { project }),
      running: ['running', 'paused', 'restarting'].includes(status),
    })
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function variable(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
