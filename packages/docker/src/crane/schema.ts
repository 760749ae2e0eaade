import { errorText, isSalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import { extraMounts } from './mounts.ts'
import type { ContainerCraneSettings } from './settings.ts'

const Image = z.string().regex(/^[^\s\p{Cc}]+$/u, 'an image reference such as ghcr.io/me/crane:1.2, without blanks')

const EnvKey = z.string().regex(/^[^=\0]+$/, 'the name of an environment variable: not empty, without "="')
const EnvValue = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .refine((value) => !value.includes('\0'), 'a value cannot hold a NUL')

const SecretName = z.string().regex(/^[\w.-]{1,64}$/, 'a name of letters, digits, "_", "." and "-"')
const SecretFile = z.string().regex(/^\/[^\p{Cc}]*$/u, 'the absolute path of a file')

const Mounts = z.record(z.string(), z.string()).superRefine((mounts, context) => {
  try {
    extraMounts(mounts)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    context.addIssue({ code: 'custom', message: `${errorText(error)}: ${error.why ?? ''}` })
  }
})

/** The settings of a crane as labels say them. Unknown keys are errors. */
export const ContainerCraneConfig: z.ZodType<ContainerCraneSettings> = z.strictObject({
  image: Image,
  pull: z.enum(['missing', 'always', 'never']).default('missing'),
  env: z.record(EnvKey, EnvValue).default({}),
  mounts: Mounts.default({}),
  secrets: z.record(SecretName, SecretFile).exactOptional(),
  network: z
    .string()
    .regex(/^[^\s\p{Cc}]+$/u, 'the name of a network, without blanks')
    .exactOptional(),
  maxConcurrent: z.int().positive('at least 1').exactOptional(),
})

/** What a store of this crane holds. */
export const ContainerCraneStore: z.ZodType<{ name: string }> = z.object({ name: z.string().min(1) })
