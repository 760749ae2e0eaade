import { reference } from '@salvage-kit/core'
import { z } from 'zod'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { ContainerCraneConfig } from '../../src/crane/schema.ts'

const Reference = z.string().transform(reference)

/** What the child process of the crash suite is told: a lift, and where in it to die. */
export const CraneCase = z.object({
  ref: z.object({
    id: z.string(),
    runId: z.string(),
    target: Reference,
    store: z.object({ ref: Reference, crane: z.string(), settings: z.object({ name: z.string() }) }),
    at: z.string(),
    machine: z.string(),
  }),
  source: z.object({ medium: z.literal('docker-volume'), name: z.string() }),
  cranes: z.custom<Record<string, ContainerCraneSettings>>(
    (value) => z.record(z.string(), ContainerCraneConfig).safeParse(value).success,
  ),
  kill: z.object({ call: z.string(), moment: z.enum(['before', 'during', 'after']) }),
})
