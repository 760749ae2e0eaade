import type { JsonObject } from '@salvage-kit/core'
import { z } from 'zod'
import type { Held } from './collection.ts'
import type { Series } from './series.ts'

/** What a point of duplicity says besides its id: in which chain it stands. */
export interface PointToken {
  readonly series: string
  readonly time: string
  /** The time of the full copy of its chain. */
  readonly full: string
}

const schema: z.ZodType<PointToken> = z.object({ series: z.string(), time: z.string(), full: z.string() })

/** As it stands in a point. */
export function pointToken(series: Series, { time, full }: Held): JsonObject {
  return { series, time, full }
}

/** Reads it back; undefined for a point of another store. */
export function readToken(token: unknown): PointToken | undefined {
  const result = schema.safeParse(token)
  return result.success ? result.data : undefined
}
