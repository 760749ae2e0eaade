import { errorText, isSalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import { durationMs } from './duration.ts'
import { extraMounts } from './mounts.ts'
import type { ContainerCraneSettings } from './settings.ts'

const Image = z.string().regex(/^[^\s\p{Cc}]+$/u, 'an image reference such as ghcr.io/me/crane:1.2, without blanks')

const EnvKey = z.string().regex(/^[^=\0]+$/, 'the name of an environment variable: not empty, without "="')
const EnvValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine((value) => !value.includes('\0'), 'a value cannot hold a NUL')

const Duration = z.string().transform((text, context) => {
  const ms = durationMs(text)
  if (ms !== undefined && ms > 0) return ms
  context.addIssue({ code: 'custom', message: 'a time with its unit, such as 90s, 10m, 6h or 1h30m' })
  return z.NEVER
})

const Mounts = z.record(z.string(), z.string()).superRefine((mounts, context) => {
  try {
    extraMounts(mounts)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    context.addIssue({ code: 'custom', message: `${errorText(error)}: ${error.why ?? ''}` })
  }
})

/**
 * One crane under `cranes:` of the configuration file: `image`, `pull` (`missing`, `always`, `never`), `env`, `mounts`,
 * `maxConcurrent`, and with a unit `timeout`, `stopTimeout` and `grace`. Unknown keys are errors.
 */
export const ContainerCraneConfig: z.ZodType<ContainerCraneSettings> = z
  .strictObject({
    image: Image,
    pull: z.enum(['missing', 'always', 'never']).default('missing'),
    env: z.record(EnvKey, EnvValue).default({}),
    mounts: Mounts.default({}),
    maxConcurrent: z.int().positive('at least 1').optional(),
    timeout: Duration.optional(),
    stopTimeout: Duration.optional(),
    grace: Duration.optional(),
  })
  .transform(({ image, pull, env, mounts, maxConcurrent, timeout, stopTimeout, grace }): ContainerCraneSettings => ({
    image,
    pull,
    env,
    mounts,
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(stopTimeout === undefined ? {} : { stopTimeoutMs: stopTimeout }),
    ...(grace === undefined ? {} : { graceMs: grace }),
  }))

/** `cranes:` of the configuration file, by name. */
export const ContainerCranesConfig: z.ZodType<Record<string, ContainerCraneSettings>> = z.record(
  z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/, 'the name of a crane: letters, digits, "-" and "_"'),
  ContainerCraneConfig,
)

/** What a store of this crane holds. */
export const ContainerCraneStore: z.ZodType<{ name: string }> = z.object({ name: z.string().min(1) })
