import { randomUUID } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'

/** Something that may be forbidden: the words for people, the call, and a way to ask that cannot do anything. */
export interface Deed {
  readonly words: string
  /** As docs/docker-socket.md lists it. */
  readonly call: string
  /** Asks for it on what cannot be there; what the engine says to that does not matter, only whether it is asked. */
  readonly ask: (engine: DockerEngine, options: CallOptions) => Promise<unknown>
}

const LIMIT_MS = 30_000

/** No container and no volume has this name. */
const nobody = (): string => `salvage-kit-asks-${randomUUID()}`

const STOP: Deed = {
  words: 'stop containers',
  call: 'POST /containers/ID/stop',
  ask: (engine, call) => engine.stopContainer(nobody(), { ...call, limitMs: LIMIT_MS }),
}
const START: Deed = {
  words: 'start containers',
  call: 'POST /containers/ID/start',
  ask: (engine, call) => engine.startContainer(nobody(), call),
}
const WAIT: Deed = {
  words: 'wait for containers',
  call: 'POST /containers/ID/wait',
  ask: (engine, call) => engine.waitContainer(nobody(), { ...call, limitMs: LIMIT_MS }),
}
const PAUSE: Deed = {
  words: 'pause containers',
  call: 'POST /containers/ID/pause',
  ask: (engine, call) => engine.pauseContainer(nobody(), call),
}
const UNPAUSE: Deed = {
  words: 'unpause containers',
  call: 'POST /containers/ID/unpause',
  ask: (engine, call) => engine.unpauseContainer(nobody(), call),
}
const EXEC: Deed = {
  words: 'make commands in containers',
  call: 'POST /containers/ID/exec',
  ask: (engine, call) =>
    engine.exec(nobody(), { command: ['-'], env: [], privileged: false }, { ...call, limitMs: LIMIT_MS }),
}
const RUN_EXEC: Deed = {
  words: 'run commands in containers',
  call: 'POST /exec/ID/start',
  ask: async (engine, call) => engine.askToRunExec?.(nobody(), call),
}
const CREATE: Deed = {
  words: 'create containers',
  call: 'POST /containers/create',
  ask: async (engine, call) => {
    const name = nobody()
    // The engine refuses it, after the name and before it makes anything.
    const securityOpt = ['salvage-kit asks whether it may']
    await engine.createContainer(
      { name, image: '', command: ['-'], env: [], labels: {}, mounts: [], securityOpt },
      call,
    )
    await engine.removeContainer(name, call)
  },
}
const REMOVE: Deed = {
  words: 'remove containers',
  call: 'DELETE /containers/ID',
  ask: (engine, call) => engine.removeContainer(nobody(), call),
}
const LOGS: Deed = {
  words: 'read the output of containers',
  call: 'GET /containers/ID/logs',
  ask: async (engine, call) => {
    for await (const _chunk of engine.logs(nobody(), { ...call, limitMs: LIMIT_MS, follow: false })) return
  },
}
const PUT: Deed = {
  words: 'put files into containers',
  call: 'PUT /containers/ID/archive',
  ask: (engine, call) => engine.putArchive(nobody(), '/', new Uint8Array(1024), { ...call, limitMs: LIMIT_MS }),
}
const GET: Deed = {
  words: 'read files of containers',
  call: 'GET /containers/ID/archive',
  ask: (engine, call) => engine.readFile(nobody(), '/-', { ...call, limitMs: LIMIT_MS, limitBytes: 1024 }),
}
const IMAGE: Deed = {
  words: 'look at images',
  call: 'GET /images/NAME/json',
  ask: (engine, call) => engine.inspectImage(nobody(), call),
}
const MAKE_VOLUME: Deed = {
  words: 'create volumes',
  call: 'POST /volumes/create',
  // No volume can have this name.
  ask: (engine, call) => engine.createVolume({ name: '/', labels: {} }, call),
}
const REMOVE_VOLUME: Deed = {
  words: 'remove volumes',
  call: 'DELETE /volumes/NAME',
  ask: (engine, call) => engine.removeVolume(nobody(), call),
}

const SCALE: Deed = {
  words: 'scale services',
  call: 'POST /services/ID/update',
  ask: (engine, call) => engine.scaleService({ id: nobody(), name: 'nobody', version: 0, spec: {} }, 0, call),
}

/** What each way to bring a container to rest and back takes, by the id of the quiescer. */
export const QUIESCER_DEEDS: Readonly<Record<string, readonly Deed[]>> = {
  'docker.stop': [STOP, START, WAIT],
  'docker.pause': [PAUSE, UNPAUSE],
  'docker.exec': [EXEC, RUN_EXEC],
  'docker.scale': [SCALE],
}
/** What a dump takes. */
export const DUMP_DEEDS: readonly Deed[] = [EXEC, RUN_EXEC]
/** What a crane image takes. */
export const CRANE_DEEDS: readonly Deed[] = [IMAGE, CREATE, PUT, START, LOGS, WAIT, GET, STOP, REMOVE, REMOVE_VOLUME]
/** What making a volume to restore into takes. */
export const VOLUME_DEEDS: readonly Deed[] = [MAKE_VOLUME, REMOVE_VOLUME]
