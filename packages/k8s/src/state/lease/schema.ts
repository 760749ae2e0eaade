import { z } from 'zod'

/** A Lease, as far as it is read. What is missing or makes no sense counts as not said. */
export interface LeaseState {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
  /** Empty: nobody. */
  readonly holder: string
  /** How long it must stand unchanged before its holder counts as dead, in milliseconds; undefined when it does not say. */
  readonly durationMs: number | undefined
  readonly transitions: number
}

/** Read from an object of the API. */
export const lease: z.ZodType<LeaseState> = z
  .object({
    metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
    spec: z
      .object({
        holderIdentity: z.string().nullable().catch(null),
        leaseDurationSeconds: z.int().positive().nullable().catch(null),
        leaseTransitions: z.int().nonnegative().catch(0),
      })
      .partial()
      .default({}),
  })
  .transform(({ metadata, spec }) => ({
    metadata,
    holder: spec.holderIdentity ?? '',
    durationMs: typeof spec.leaseDurationSeconds === 'number' ? spec.leaseDurationSeconds * 1000 : undefined,
    transitions: spec.leaseTransitions ?? 0,
  }))
