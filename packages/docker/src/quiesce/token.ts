import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Json } from '@salvage-kit/core'
import type * as z from 'zod'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { findContainer } from '../find-container.ts'
import { identityOf, parseWorkloadId, workloadId } from '../workload-id.ts'
import type { Prior, Token } from './schema.ts'

/** Reads a token of a journal. Throws `DOCKER.TOKEN`. */
export function readToken<T>(schema: z.ZodType<T>, token: Json): T {
  const result = schema.safeParse(token)
  if (result.success) return result.data
  throw new SalvageError('DOCKER.TOKEN', 'this journal entry is not of a kind that this version can undo', {
    why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    hint: 'recover with the version that wrote it',
  })
}

/** The shared part of a token of a workload, from its container as it is now. */
export async function tokenOf(
  engine: DockerEngine,
  workload: string,
  container: Container,
  options: CallOptions,
): Promise<Token & { readonly atMs: number }> {
  return {
    version: 1,
    // Of two containers of one service only one bears its name: the other goes by its own.
    identity: parseWorkloadId(workload) ?? identityOf(container.labels, container.name),
    id: container.id,
    prior: priorOf(container),
    ...(container.status === 'restarting' ? {} : { startedAt: container.startedAt }),
    atMs: await engine.now(options),
  }
}

/** A container that restarts all the time counts as running: it will be, in a moment. */
export function priorOf({ status }: Pick<Container, 'status'>): Prior {
  if (status === 'running' || status === 'restarting') return 'running'
  return status === 'paused' ? 'paused' : 'stopped'
}

/** The container of a workload. Rejects with `DOCKER.NOT_FOUND` when there is none, or the id is not one of ours. */
export async function containerOf(engine: DockerEngine, workload: string, options: CallOptions): Promise<Container> {
  const identity = parseWorkloadId(workload)
  const container = identity === undefined ? undefined : await findContainer(engine, identity, options)
  if (container !== undefined) return container
  throw new SalvageError('DOCKER.NOT_FOUND', `there is no container for the workload ${workload}`, {
    hint: 'make a new plan: the containers have changed since this one',
  })
}

/**
 * The container that a token is about: the one that was looked at; but when that is gone, or when another one was made
 * since and bears its identity, that other one. Who makes a service anew keeps the old container for a while: started
 * beside the new one, it would write to the same files.
 */
export async function bearer(engine: DockerEngine, token: Token, options: CallOptions): Promise<Container | undefined> {
  const named = await findContainer(engine, token.identity, options)
  if (named?.id === token.id) return named
  const own = await engine.inspectContainer(token.id, options)
  return named !== undefined && (own === undefined || isMadeSince(named, token)) ? named : own
}

function isMadeSince({ createdAt }: Container, { atMs }: Token): boolean {
  return atMs !== undefined && Date.parse(createdAt) >= atMs
}

/** What a container is called in messages. */
export function nameOf({ identity }: Pick<Token, 'identity'>): string {
  return `container ${workloadId(identity).slice('docker:'.length)}`
}
