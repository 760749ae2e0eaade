import { z } from 'zod'

/** Tells a Deployment or StatefulSet to have no pods, and then as many as before. */
export const SCALE = 'k8s.scale'
/** Runs commands in pods, under a dead man's switch. */
export const EXEC = 'k8s.exec'
/** Dumps a database in its pod. */
export const DUMP = 'k8s.dump'

/** What `k8s.scale` is told. */
export interface ScaleSettings {
  /** How long the pods may take to end, and to be ready again; absent: their grace and two minutes. */
  readonly timeoutMs?: number
}

/** Reads {@link ScaleSettings} out of a plan. */
export const ScaleSettings: z.ZodType<ScaleSettings> = z.strictObject({ timeoutMs: z.int().positive().exactOptional() })

/** What `k8s.exec` is told. */
export interface HookSettings {
  /** Brings to rest; no shell. */
  readonly pre: readonly string[]
  /** Undoes it, also half of it; absent: nothing is to be undone. */
  readonly post?: readonly string[]
  /** Absent: the first of the pod. */
  readonly container?: string
  /** How long each command may take; absent: ten minutes. */
  readonly timeoutMs?: number
  /** For the marker of the hold; absent: `/tmp`. */
  readonly directory?: string
  /** Absent: `sh`. */
  readonly shell?: string
  /** The end of `pre` does not matter. */
  readonly tolerant?: boolean
}

const Words = z.array(z.string()).min(1).readonly()

/** Reads {@link HookSettings} out of a plan. */
export const HookSettings: z.ZodType<HookSettings> = z.strictObject({
  pre: Words,
  post: Words.exactOptional(),
  container: z.string().min(1).exactOptional(),
  timeoutMs: z.int().positive().exactOptional(),
  directory: z.string().startsWith('/').exactOptional(),
  shell: z.string().min(1).exactOptional(),
  tolerant: z.boolean().exactOptional(),
})
