import type { Backend, Finding, LiftRef } from '@salvage-kit/core'
import { containerCrane } from './crane/container-crane.ts'
import type { ContainerCraneSettings } from './crane/settings.ts'
import { dockerDiscovery } from './discovery.ts'
import { dockerodeEngine } from './dockerode-engine.ts'
import type { DockerEngine } from './engine.ts'
import { execQuiescer } from './quiesce/exec.ts'
import { withNames } from './quiesce/with-names.ts'
import { pauseQuiescer } from './quiesce/pause.ts'
import { stopQuiescer } from './quiesce/stop.ts'
import { volumeProvisioner } from './volume-provisioner.ts'

/** What {@link docker} takes. */
export interface DockerOptions {
  /** The engine; absent: the one at `host`. */
  readonly engine?: DockerEngine
  /** As for `dockerodeEngine`. */
  readonly host?: string
  /** Crane images by name; their environment may hold secrets and stays in this process. */
  readonly cranes?: Readonly<Record<string, ContainerCraneSettings>>
  /** Told what a reader should know and what fails nothing. */
  readonly warn?: (finding: Finding) => void
  /** Gets each line that a crane prints, without the values of its environment. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
}

/** A Docker engine: its volumes, its containers, and crane images. Throws `DOCKER.HOST`; connects with the first call. */
export function docker(options: DockerOptions): Backend {
  const { host, cranes = {}, warn, onLine } = options
  const engine = options.engine ?? dockerodeEngine(host === undefined ? {} : { host })
  return {
    id: 'docker',
    discovery: dockerDiscovery(engine),
    quiescers: [stopQuiescer(engine), pauseQuiescer(engine), execQuiescer(engine)].map(withNames),
    cranes: [
      containerCrane(async () => engine, {
        cranes,
        ...(warn === undefined ? {} : { warn }),
        ...(onLine === undefined ? {} : { onLine }),
      }),
    ],
    provisioners: [volumeProvisioner(async () => engine)],
  }
}
