import { z } from 'zod'

/** What of a ConfigMap is read. */
export const configMap: z.ZodType<ConfigMap> = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).default({}),
})

/** A ConfigMap, as far as it is read. */
export interface ConfigMap {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string }
  readonly data: Readonly<Record<string, string>>
}
