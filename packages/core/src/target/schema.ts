import { z } from 'zod'
import type { Json, JsonObject } from '../json.ts'
import type { Reference } from './reference.ts'
import type { Source } from './source.ts'

/** Any JSON; for what comes out of `JSON.parse`, so that only absence has to be told. */
export const json: z.ZodType<Json> = z.custom<Json>((value) => value !== undefined, 'expected a JSON value')

/** A JSON object; for what comes out of `JSON.parse`. */
export const jsonObject: z.ZodType<JsonObject> = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected a JSON object',
)

/** A reference as it was written by this program: checked for its form only. */
export const reference: z.ZodType<Reference> = z.custom<Reference>(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9-]*:./s.test(value),
  'expected SCHEME:VALUE',
)

/** A source read back. */
export const source: z.ZodType<Source> = z.discriminatedUnion('medium', [
  z.object({ medium: z.literal('directory'), path: z.string() }),
  z.object({
    medium: z.literal('docker-volume'),
    name: z.string(),
    createdAt: z.string().exactOptional(),
    hostPath: z.string().exactOptional(),
  }),
  z.object({
    medium: z.literal('pvc'),
    namespace: z.string(),
    name: z.string(),
    uid: z.string().exactOptional(),
  }),
  z.object({
    medium: z.literal('stream'),
    backend: z.string(),
    token: json,
    several: z.literal(true).exactOptional(),
  }),
])
