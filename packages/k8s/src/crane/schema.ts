import { z } from 'zod'

/** A condition of a Job or a pod. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
}

/** A container of a pod, as far as it is read. */
export interface ContainerStatus {
  readonly name: string
  readonly state: {
    readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string }
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly running?: unknown
  }
}

/** What is read of the pod of a crane. */
export interface CranePod {
  readonly status: {
    readonly phase: string
    readonly reason?: string
    readonly message?: string
    readonly conditions: readonly Condition[]
    readonly containerStatuses: readonly ContainerStatus[]
    readonly initContainerStatuses: readonly ContainerStatus[]
  }
}

/** What is read of a Job. */
export interface CraneJob {
  readonly spec: {
    readonly template: { readonly spec: { readonly initContainers: readonly { readonly restartPolicy?: string }[] } }
  }
  readonly status: { readonly conditions: readonly Condition[] }
}

/** What is read of an event. */
export interface CraneEvent {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly involvedObject: { readonly name?: string }
}

const said = { reason: z.string().exactOptional(), message: z.string().exactOptional() }
const conditions = z.array(z.object({ type: z.string(), status: z.string(), ...said })).default([])
const containers = z
  .array(
    z.object({
      name: z.string(),
      state: z
        .object({
          terminated: z.object({ exitCode: z.int(), ...said }).exactOptional(),
          waiting: z.object(said).exactOptional(),
          running: z.unknown().exactOptional(),
        })
        .prefault({}),
    }),
  )
  .default([])

/** Reads a {@link CranePod}. */
export const CranePod: z.ZodType<CranePod> = z.object({
  status: z
    .object({
      phase: z.string().default('Pending'),
      ...said,
      conditions,
      containerStatuses: containers,
      initContainerStatuses: containers,
    })
    .prefault({}),
})

const template = z.object({
  spec: z.object({ initContainers: z.array(z.object({ restartPolicy: z.string().exactOptional() })).default([]) }),
})

/** Reads a {@link CraneJob}. */
export const CraneJob: z.ZodType<CraneJob> = z.object({
  spec: z.object({ template }),
  status: z.object({ conditions }).prefault({}),
})

/** Reads a {@link CraneEvent}. */
export const CraneEvent: z.ZodType<CraneEvent> = z.object({
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  involvedObject: z.object({ name: z.string().exactOptional() }).prefault({}),
})
