import { z } from 'zod'

const Texts = z.record(z.string(), z.string())

const Volumes = z
  .array(
    z.object({
      name: z.string(),
      persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
      ephemeral: z.object({}).optional(),
    }),
  )
  .default([])

const GRACE_SECONDS = 30

const PodSpec = z.object({
  containers: z.array(z.object({ name: z.string() })).default([]),
  volumes: Volumes,
  terminationGracePeriodSeconds: z.number().default(GRACE_SECONDS),
})

const ContainerStatus = z.object({
  name: z.string(),
  containerID: z.string().default(''),
  restartCount: z.number().default(0),
  state: z.object({ running: z.object({}).optional() }).default({}),
})

const Statuses = z.array(ContainerStatus).default([])

/** A pod, as far as it is read. */
export const PodBody: z.ZodType<PodBody> = z.object({
  spec: PodSpec,
  status: z
    .object({
      phase: z.string().default('Pending'),
      containerStatuses: Statuses,
      initContainerStatuses: Statuses,
    })
    .prefault({}),
})

/** What is read of one container of a pod. */
interface ContainerState {
  readonly name: string
  readonly containerID: string
  readonly restartCount: number
  readonly state: { readonly running?: object | undefined }
}

/** The spec of a pod, as far as it is read. */
export interface PodSpecBody {
  readonly containers: readonly { readonly name: string }[]
  readonly volumes: readonly {
    readonly name: string
    readonly persistentVolumeClaim?: { readonly claimName: string } | undefined
    readonly ephemeral?: object | undefined
  }[]
  readonly terminationGracePeriodSeconds: number
}

/** See the schema of this name. */
export interface PodBody {
  readonly spec: PodSpecBody
  readonly status: {
    readonly phase: string
    readonly containerStatuses: readonly ContainerState[]
    readonly initContainerStatuses: readonly ContainerState[]
  }
}

interface Expression {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

const Expression: z.ZodType<Expression> = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).default([]),
})

/** A Deployment or StatefulSet, as far as it is read. */
export const ControllerBody: z.ZodType<ControllerBody> = z.object({
  metadata: z.object({ generation: z.number().default(0) }),
  spec: z.object({
    replicas: z.number().default(1),
    selector: z.object({ matchLabels: Texts.default({}), matchExpressions: z.array(Expression).default([]) }),
    template: z.object({
      metadata: z.object({ annotations: Texts.default({}) }).prefault({}),
      spec: PodSpec,
    }),
    podManagementPolicy: z.string().optional(),
    persistentVolumeClaimRetentionPolicy: z.object({ whenScaled: z.string().optional() }).optional(),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
  status: z.object({ readyReplicas: z.number().default(0), observedGeneration: z.number().default(0) }).prefault({}),
})

/** See the schema of this name. */
export interface ControllerBody {
  readonly metadata: { readonly generation: number }
  readonly spec: {
    readonly replicas: number
    readonly selector: {
      readonly matchLabels: Readonly<Record<string, string>>
      readonly matchExpressions: readonly Expression[]
    }
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
      readonly spec: PodSpecBody
    }
    readonly podManagementPolicy?: string | undefined
    readonly persistentVolumeClaimRetentionPolicy?: { readonly whenScaled?: string | undefined } | undefined
    readonly volumeClaimTemplates: readonly { readonly metadata: { readonly name: string } }[]
  }
  readonly status: { readonly readyReplicas: number; readonly observedGeneration: number }
}
