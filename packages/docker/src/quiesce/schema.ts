import * as z from 'zod'
import type { Identity } from '../workload-id.ts'
import { ExecSettings } from './settings.ts'

/** How a container was when its token was made. */
export type Prior = 'running' | 'paused' | 'stopped'

/** What all tokens say of the container. */
export interface Token {
  readonly version: 1
  readonly identity: Identity
  /** The container that was looked at: a hint, for another one may bear the identity by now. */
  readonly id: string
  readonly prior: Prior
  /** When it was last started, the engine's clock; absent for one that restarts all the time. */
  readonly startedAt?: string
  /** When it was looked at, the engine's clock, in milliseconds since 1970; older tokens of commands do not say. */
  readonly atMs?: number
}

/** What `docker.stop` needs to put a container back. */
export interface StopToken extends Token {
  readonly kind: 'stop'
  readonly atMs: number
  readonly graceSeconds?: number
  /** As of `healthMsOf`. */
  readonly healthMs?: number
  /** What has to be healthy before it is started. */
  readonly providers?: Providers
}

/** Services of a compose project that a container waits for. */
export interface Providers {
  readonly project: string
  readonly services: readonly string[]
  /** For how long, for all of them together, in milliseconds. */
  readonly limitMs: number
}

/** What `docker.pause` needs. */
export interface PauseToken extends Token {
  readonly kind: 'pause'
  readonly atMs: number
  /** As of `healthMsOf`. */
  readonly healthMs?: number
}

/** What `docker.exec` needs. The environment of the commands is not in it: it may hold secrets. */
export interface ExecToken extends Token {
  readonly kind: 'exec'
  readonly settings: ExecSettings
}

const identity: z.ZodType<Identity> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('service'), project: z.string(), service: z.string(), number: z.string() }),
  z.object({ kind: z.literal('name'), name: z.string() }),
  z.object({ kind: z.literal('swarm'), service: z.string() }),
])

const shared = {
  version: z.literal(1),
  identity,
  id: z.string().min(1),
  prior: z.enum(['running', 'paused', 'stopped']),
  startedAt: z.string().exactOptional(),
  atMs: z.number().exactOptional(),
}

/** Reads of a token of any kind whom it is about. */
export const Identified: z.ZodType<Pick<Token, 'id' | 'identity'>> = z.object({ id: shared.id, identity })

/** Reads a {@link StopToken} back. */
export const StopToken: z.ZodType<StopToken> = z.strictObject({
  ...shared,
  kind: z.literal('stop'),
  atMs: z.number(),
  graceSeconds: z.number().exactOptional(),
  healthMs: z.number().exactOptional(),
  providers: z
    .strictObject({ project: z.string(), services: z.array(z.string()), limitMs: z.number() })
    .exactOptional(),
})

/** Reads a {@link PauseToken} back. */
export const PauseToken: z.ZodType<PauseToken> = z.strictObject({
  ...shared,
  kind: z.literal('pause'),
  atMs: z.number(),
  healthMs: z.number().exactOptional(),
})

/** Reads an {@link ExecToken} back. */
export const ExecToken: z.ZodType<ExecToken> = z.strictObject({
  ...shared,
  kind: z.literal('exec'),
  settings: ExecSettings,
})

/** What `docker.scale` needs to put a service of a swarm back. */
export interface ScaleToken {
  readonly version: 1
  readonly kind: 'scale'
  /** Its name. */
  readonly service: string
  readonly id: string
  /** How many tasks it had to have. */
  readonly replicas: number
  /** When it was looked at, the engine's clock, in milliseconds since 1970. */
  readonly atMs: number
}

/** Reads a {@link ScaleToken} back. */
export const ScaleToken: z.ZodType<ScaleToken> = z.strictObject({
  version: z.literal(1),
  kind: z.literal('scale'),
  service: z.string().min(1),
  id: z.string().min(1),
  replicas: z.int().nonnegative(),
  atMs: z.number(),
})
