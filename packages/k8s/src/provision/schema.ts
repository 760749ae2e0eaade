import { z } from 'zod'

/** A claim that is to be made, and the snapshot whose content it begins with. */
export type PlaceToken = {
  readonly namespace: string
  readonly name: string
  readonly runId: string
  /** A quantity. */
  readonly size: string
  readonly storageClass?: string
  readonly accessModes: readonly string[]
  readonly volumeMode?: string
  readonly snapshot?: { readonly name: string; readonly uid: string }
}

/** The token of a place read back. */
export const placeToken: z.ZodType<PlaceToken> = z.object({
  namespace: z.string(),
  name: z.string(),
  runId: z.string(),
  size: z.string(),
  storageClass: z.string().exactOptional(),
  accessModes: z.array(z.string()),
  volumeMode: z.string().exactOptional(),
  snapshot: z.object({ name: z.string(), uid: z.string() }).exactOptional(),
})
