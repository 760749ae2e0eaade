import type { Json } from '@salvage-kit/core'
import { z } from 'zod'

/** What the quiescer is told of a workload. */
export interface IntoSettings {
  readonly directory: string
  /** False: it is only to know that nobody dumps now. */
  readonly dumps: boolean
}

/** What a run's journal knows of its dumps. */
export interface IntoToken extends IntoSettings {
  /** Says which call it is of. */
  readonly id: string
}

const members = { directory: z.string().startsWith('/'), dumps: z.boolean() }
const Settings: z.ZodType<IntoSettings> = z.strictObject(members)
const Token: z.ZodType<IntoToken> = z.strictObject({ ...members, id: z.string() })

/** Reads what stands in a plan. */
export function readSettings(settings: Json): IntoSettings {
  return Settings.parse(settings)
}

/** Reads what stands in a journal. */
export function readToken(token: Json): IntoToken {
  return Token.parse(token)
}
