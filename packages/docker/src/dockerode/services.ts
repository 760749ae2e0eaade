import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import * as z from 'zod'
import type { SwarmService } from '../engine.ts'
import { parsed } from './parsed.ts'
import type { EngineRequest, Requester } from './request.ts'
import { segment } from './request.ts'

const SHORT_MS = 30_000
/** States of a task in which it does nothing and never will again. */
const OVER = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'])

/** `GET /services/NAME`. What is not looked at goes back as it came. */
const ServiceAnswer = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: z.looseObject({
    Name: z.string(),
    Mode: z.looseObject({ Replicated: z.looseObject({ Replicas: z.number().optional() }).nullish() }),
  }),
})

/** `GET /tasks`. */
const TasksAnswer = z.array(z.object({ Status: z.object({ State: z.string() }) }))

/** See `DockerEngine.inspectService`. */
export async function inspectService(
  requests: Requester,
  name: string,
  { signal }: CallOptions,
): Promise<SwarmService | undefined> {
  const request: EngineRequest = {
    what: `inspect service ${name}`,
    method: 'GET',
    path: `/services/${segment(name)}`,
  }
  const answer = await orNothing(requests.call(request, SHORT_MS, signal))
  if (answer === undefined) return undefined
  const { ID, Version, Spec } = parsed(ServiceAnswer, answer, request.what)
  const replicated = Spec.Mode.Replicated ?? undefined
  return {
    id: ID,
    name: Spec.Name,
    version: Version.Index,
    // Docker leaves it out where it is 0.
    ...(replicated === undefined ? {} : { replicas: replicated.Replicas ?? 0 }),
    spec: Spec,
  }
}

/** See `DockerEngine.scaleService`. */
export async function scaleService(
  requests: Requester,
  { id, name, version, spec }: SwarmService,
  replicas: number,
  { signal }: CallOptions,
): Promise<void> {
  const request: EngineRequest = {
    what: `scale service ${name} to ${String(replicas)}`,
    method: 'POST',
    path: `/services/${segment(id)}/update`,
    query: { version: String(version) },
    body: { ...spec, Mode: { Replicated: { Replicas: replicas } } },
  }
  try {
    await requests.call(request, SHORT_MS, signal)
  } catch (error) {
    if (!isSalvageError(error) || !/out of sequence/.test(error.why ?? '')) throw error
    throw new SalvageError('DOCKER.CONFLICT', `${request.what}: somebody changed it just now`, {
      retryable: true,
      cause: error,
    })
  }
}

/** See `DockerEngine.liveTasks`. */
export async function liveTasks(
  requests: Requester,
  service: string,
  { signal }: CallOptions,
): Promise<readonly string[]> {
  const request: EngineRequest = {
    what: `list tasks of service ${service}`,
    method: 'GET',
    path: '/tasks',
    query: { filters: JSON.stringify({ service: [service] }) },
  }
  const tasks = parsed(TasksAnswer, await requests.call(request, SHORT_MS, signal), request.what)
  return tasks.map(({ Status }) => Status.State).filter((state) => !OVER.has(state))
}

async function orNothing(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    if (isSalvageError(error) && error.code === 'DOCKER.NOT_FOUND') return undefined
    throw error
  }
}
