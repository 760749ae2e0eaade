import type { Backend, Finding, LiftRef } from '@salvage-kit/core'
import { containerCrane } from './crane/container-crane.ts'
import type { ContainerCraneSettings } from './crane/settings.ts'
import { dockerDiscovery } from './discovery.ts'
import { dockerodeEngine } from './dockerode-engine.ts'
import { dockerDumps } from './dump/docker-dumps.ts'
import { endDeadDumps } from './dump/end-dead-dumps.ts'
import { dockerLoader } from './dump/docker-loader.ts'
import type { DockerEngine } from './engine.ts'
import { sweepJobs } from './job/job-sweep.ts'
import { permitted } from './permission/permitted.ts'
import { withHealthTimeout } from './quiesce/health-timeout.ts'
import { dockerQuiescers } from './quiesce/quiescers.ts'
import { volumeProvisioner } from './volume-provisioner.ts'
import { withVolumeRoots } from './volume-roots.ts'

/** What {@link docker} takes. */
export interface DockerOptions {
  /** The engine; absent: the one at `host`. */
  readonly engine?: DockerEngine
  /** As for `dockerodeEngine`. */
  readonly host?: string
  /** Crane images by name; their environment may hold secrets and stays in this process. */
  readonly cranes?: Readonly<Record<string, ContainerCraneSettings>>
  /** The name of this machine; absent: its host name. */
  readonly machine?: string
  /** How long a container that does not say it itself may take to be healthy again; asked each time. Absent: see there. */
  readonly healthTimeoutMs?: () => number | undefined
  /** Directories of this machine in which another driver keeps its volumes, in use or not: `docker` reads them there. */
  readonly volumeRoots?: readonly string[]
  /** Told what a reader should know and what fails nothing. */
  readonly warn?: (finding: Finding) => void
  /** Gets each line that a lift prints, without the values of its environment. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
}

/** A Docker engine: its volumes, its containers, and crane images. Throws `DOCKER.HOST`; connects with the first call. */
export function docker(options: DockerOptions): Backend {
  const { host, cranes = {}, machine, healthTimeoutMs, volumeRoots = [], warn, onLine } = options
  const engine = withVolumeRoots(options.engine ?? dockerodeEngine(host === undefined ? {} : { host }), volumeRoots)
  const patient = healthTimeoutMs === undefined ? engine : withHealthTimeout(engine, healthTimeoutMs)
  const crane = containerCrane(async () => engine, {
    cranes,
    ...(machine === undefined ? {} : { machine }),
    ...(warn === undefined ? {} : { warn }),
    ...(onLine === undefined ? {} : { onLine }),
  })
  const backend: Backend = {
    id: 'docker',
    discovery: dockerDiscovery(engine),
    quiescers: dockerQuiescers(patient),
    cranes: [crane],
    dumps: dockerDumps(engine),
    loader: dockerLoader(engine),
    provisioners: [volumeProvisioner(async () => engine)],
    async sweep(call) {
      // What cannot be swept of one kind keeps no other.
      const swept = await Promise.allSettled([sweepJobs(engine, call), endDeadDumps(engine, call), crane.sweep(call)])
      for (const one of swept) if (one.status === 'rejected') throw one.reason
    },
  }
  return permitted(backend, engine)
}
