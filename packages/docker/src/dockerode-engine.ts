import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type * as z from 'zod'
import { engineAddress } from './dockerode/address.ts'
import * as answers from './dockerode/answers.ts'
import { askToRunExec } from './dockerode/ask-exec.ts'
import { ContainerAnswer, ContainersAnswer } from './dockerode/container-answers.ts'
import { containerNames } from './dockerode/container-names.ts'
import { containerBody } from './dockerode/container-body.ts'
import type { DockerEngine, EngineInfo } from './engine.ts'
import { execIn } from './dockerode/exec.ts'
import { engineEvents } from './dockerode/events.ts'
import { engineLogs } from './dockerode/logs.ts'
import { isNameTaken } from './dockerode/name-taken.ts'
import { openExecIn } from './dockerode/open-exec.ts'
import { parsed } from './dockerode/parsed.ts'
import { pull } from './dockerode/pull.ts'
import { readContainerArchive } from './dockerode/read-archive.ts'
import { readContainerFile } from './dockerode/read-file.ts'
import type { EngineRequest } from './dockerode/request.ts'
import { requester, segment } from './dockerode/request.ts'
import { inspectService, liveTasks, scaleService } from './dockerode/services.ts'

const SHORT_MS = 30_000
/** For calls that wait for volume drivers, networks and disks. */
const SLOW_MS = 120_000

/** What {@link dockerodeEngine} takes. */
export interface EngineOptions {
  /** `unix:///path` or `tcp://host:port`; absent: `DOCKER_HOST`, else `/var/run/docker.sock`. */
  readonly host?: string
}

/**
 * The engine over dockerode, which is loaded with the first call. Connects with each call, so a restart of the engine
 * is survived. Throws `DOCKER.HOST` when the address cannot be read.
 */
export function dockerodeEngine(options: EngineOptions): DockerEngine {
  const address = engineAddress(options.host, process.env)
  const requests = requester(address)
  const names = containerNames()

  async function ask<T>(
    schema: z.ZodType<T>,
    request: EngineRequest,
    { signal }: CallOptions,
    limitMs = SHORT_MS,
  ): Promise<T> {
    return parsed(schema, await requests.call(request, limitMs, signal), request.what)
  }

  async function act(request: EngineRequest, { signal }: CallOptions, limitMs: number): Promise<void> {
    await requests.call(request, limitMs, signal)
  }

  async function info(call: CallOptions): Promise<EngineInfo> {
    const request: EngineRequest = { what: 'ask about the engine', method: 'GET', path: '/info' }
    return ask(answers.InfoAnswer, request, call)
  }

  return {
    address: address.text,
    ...(address.socketPath === undefined ? {} : { socketPath: address.socketPath }),

    async version(call) {
      const request: EngineRequest = { what: 'ask for the version', method: 'GET', path: '/version' }
      const { Version, ApiVersion } = await ask(answers.VersionAnswer, request, call)
      return { version: Version, apiVersion: ApiVersion }
    },
    info,
    now: async (call) => (await info(call)).nowMs,

    async listContainers(labels, call) {
      const filters = JSON.stringify({ label: labels })
      return ask(
        ContainersAnswer,
        { what: 'list containers', method: 'GET', path: '/containers/json', query: { all: '1', filters } },
        call,
      )
    },
    async inspectContainer(container, call) {
      const what = `inspect container ${container}`
      const found = await orNothing(() =>
        ask(ContainerAnswer, { what, method: 'GET', path: `/containers/${segment(container)}/json` }, call),
      )
      if (found !== undefined) names.learn(found)
      return found
    },
    async createContainer(spec, call) {
      const request: EngineRequest = {
        what: `create container ${spec.name} from image ${spec.image}`,
        method: 'POST',
        path: '/containers/create',
        query: { name: spec.name },
        body: containerBody(spec),
      }
      return (await ask(answers.CreatedAnswer, request, call, SLOW_MS)).Id
    },
    isNameTaken: (name, { signal }) => isNameTaken(requests, name, signal),
    startContainer: async (container, call) => act(actOn(container, 'start'), call, SLOW_MS),
    async stopContainer(container, call) {
      const query: Record<string, string> = call.graceSeconds === undefined ? {} : { t: String(call.graceSeconds) }
      await act(actOn(container, 'stop', query), call, call.limitMs)
    },
    pauseContainer: async (container, call) => act(actOn(container, 'pause'), call, SHORT_MS),
    unpauseContainer: async (container, call) => act(actOn(container, 'unpause'), call, SHORT_MS),
    killContainer: async (container, signal, call) => act(actOn(container, 'kill', { signal }), call, SHORT_MS),
    async removeContainer(container, call) {
      const request: EngineRequest = {
        what: `remove container ${container}`,
        method: 'DELETE',
        path: `/containers/${segment(container)}`,
        query: { force: '1', v: '1' },
        accept: [404],
      }
      try {
        await act(request, call, SLOW_MS)
      } catch (error) {
        if (!isSalvageError(error) || error.code !== 'DOCKER.CONFLICT') throw error
        // Somebody else, or the engine for its `--rm`, is removing it at this moment.
        await act({ ...actOn(container, 'wait', { condition: 'removed' }), accept: [404] }, call, SLOW_MS)
      }
    },
    async waitContainer(container, call) {
      return (await ask(answers.WaitAnswer, actOn(container, 'wait'), call, call.limitMs)).StatusCode
    },
    logs: (container, call) => engineLogs(requests, address.text, container, call),
    async putArchive(container, directory, tar, call) {
      const request: EngineRequest = {
        what: `put files into container ${container}`,
        method: 'PUT',
        path: `/containers/${segment(container)}/archive`,
        query: { path: directory },
        file: tar,
      }
      await act(request, call, call.limitMs)
    },
    readFile: (container, path, call) => readContainerFile(requests, address.text, container, path, call),
    readArchive: (container, path, call) => readContainerArchive(requests, address.text, container, path, call),
    exec: (container, spec, call) => execIn(requests, address.text, container, spec, call),
    openExec: (container, spec, call) =>
      openExecIn(requests, address.text, { container, name: names.of(container) }, spec, call),
    async inspectExec(exec, call) {
      const what = `inspect command ${exec}`
      return orNothing(() =>
        ask(answers.RanExecAnswer, { what, method: 'GET', path: `/exec/${segment(exec)}/json` }, call),
      )
    },
    askToRunExec: (exec, { signal }) => askToRunExec(requests, exec, signal),

    async listVolumes(call) {
      const request: EngineRequest = { what: 'list volumes', method: 'GET', path: '/volumes' }
      return ask(answers.VolumesAnswer, request, call)
    },
    async inspectVolume(name, call) {
      const what = `inspect volume ${name}`
      return orNothing(() =>
        ask(answers.VolumeAnswer, { what, method: 'GET', path: `/volumes/${segment(name)}` }, call),
      )
    },
    async createVolume({ name, driver, driverOptions, labels }, call) {
      const body = { Name: name, Driver: driver ?? 'local', DriverOpts: driverOptions ?? {}, Labels: labels }
      const request: EngineRequest = { what: `create volume ${name}`, method: 'POST', path: '/volumes/create', body }
      return ask(answers.VolumeAnswer, request, call, SLOW_MS)
    },
    async removeVolume(name, call) {
      const path = `/volumes/${segment(name)}`
      await act({ what: `remove volume ${name}`, method: 'DELETE', path, accept: [404] }, call, SLOW_MS)
    },

    async hasNetwork(network, call) {
      const what = `inspect network ${network}`
      const path = `/networks/${segment(network)}`
      return (await orNothing(() => ask(answers.NetworkAnswer, { what, method: 'GET', path }, call))) !== undefined
    },

    inspectService: (name, call) => inspectService(requests, name, call),
    scaleService: (service, replicas, call) => scaleService(requests, service, replicas, call),
    liveTasks: (service, call) => liveTasks(requests, service, call),

    async inspectImage(image, call) {
      const what = `inspect image ${image}`
      const path = (): string => `/images/${image.split('/').map(segment).join('/')}/json`
      return orNothing(() => ask(answers.ImageAnswer, { what, method: 'GET', path: path() }, call))
    },
    pullImage: (image, call) => pull(requests, address.text, image, call),

    events: (query, { signal }) => engineEvents(requests, address.text, query, signal),
  }
}

function actOn(container: string, verb: string, query: Readonly<Record<string, string>> = {}): EngineRequest {
  return {
    what: `${verb} container ${container}`,
    method: 'POST',
    path: `/containers/${segment(container)}/${verb}`,
    query,
    accept: [304],
  }
}

async function orNothing<T>(answer: () => Promise<T>): Promise<T | undefined> {
  try {
    return await answer()
  } catch (error) {
    if (isSalvageError(error) && error.code === 'DOCKER.NOT_FOUND') return undefined
    throw error
  }
}
