import type { Json } from '@salvage-kit/core'
import { z } from 'zod'

/** Somebody else that commands run as. */
export interface HookUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

/** What another process needs to run the post command. */
export interface HookToken {
  readonly version: 1
  /** Unique; marks the processes of its pre command. */
  readonly id: string
  readonly workload: string
  readonly pre?: readonly string[]
  readonly post?: readonly string[]
  readonly user?: HookUser
  readonly timeoutMs: number
  /** In words that `parseExitCodes` has read once. */
  readonly exitCodes: string
}

const hookUser: z.ZodType<HookUser> = z.strictObject({
  name: z.string(),
  uid: z.int(),
  gid: z.int(),
  home: z.string(),
  shell: z.string(),
})

const hookToken: z.ZodType<HookToken> = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  workload: z.string(),
  pre: z.array(z.string()).exactOptional(),
  post: z.array(z.string()).exactOptional(),
  user: hookUser.exactOptional(),
  timeoutMs: z.number(),
  exitCodes: z.string(),
})

/** Reads a token back from a journal. */
export function parseHookToken(token: Json): HookToken {
  return hookToken.parse(token)
}
