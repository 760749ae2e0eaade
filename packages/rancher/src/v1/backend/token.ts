import type { Json, TargetRef } from '@salvage-kit/core'
import { z } from 'zod'
import type { Environment } from '../discovery/environments.ts'

/**
 * What is dumped: names and ids, never what they stand for. How it is dumped, the service says when the dump begins: that holds
 * passwords.
 */
export type RancherToken = DatabaseToken | StackToken | ServerToken

/** A database of a service. */
export interface DatabaseToken {
  readonly version: 1
  readonly kind: 'database'
  readonly ref: TargetRef
  readonly environment: Environment
  /** What it was recognised as. */
  readonly entry: string
  /** The containers that are dumped. */
  readonly instances: readonly string[]
}

/** What a stack is made of. */
export interface StackToken {
  readonly version: 1
  readonly kind: 'stack'
  readonly ref: TargetRef
  readonly environment: Environment
  readonly id: string
}

/** Rancher's own database. */
export interface ServerToken {
  readonly version: 1
  readonly kind: 'server'
  readonly ref: TargetRef
}

const Place: z.ZodType<Environment> = z.strictObject({
  id: z.string().exactOptional(),
  prefix: z.string().exactOptional(),
})
const Ref = z.custom<TargetRef>((value) => typeof value === 'string' && /^rancher(?:-db)?:./s.test(value))
const version = z.literal(1)

const Token: z.ZodType<RancherToken> = z.discriminatedUnion('kind', [
  z.strictObject({
    version,
    kind: z.literal('database'),
    ref: Ref,
    environment: Place,
    entry: z.string(),
    instances: z.array(z.string()).min(1),
  }),
  z.strictObject({ version, kind: z.literal('stack'), ref: Ref, environment: Place, id: z.string() }),
  z.strictObject({ version, kind: z.literal('server'), ref: Ref }),
])

/** Reads a token back, from a plan or a journal. Throws for what is none: a bug. */
export function readToken(token: Json): RancherToken {
  return Token.parse(token)
}

/** A token as plain data. */
export function tokenJson(token: RancherToken): Json {
  if (token.kind === 'server') return { ...token }
  const { id, prefix } = token.environment
  const environment = { ...(id === undefined ? {} : { id }), ...(prefix === undefined ? {} : { prefix }) }
  return token.kind === 'stack' ? { ...token, environment } : { ...token, environment, instances: [...token.instances] }
}
