import { reference } from '@salvage-kit/core'
import { z } from 'zod'
import type { ContainerCraneSettings } from '../../src/crane/settings.ts'
import { ContainerCraneConfig } from '../../src/crane/schema.ts'

const Reference = z.string().transform(reference)

const Ref = z.object({
  id: z.string(),
  runId: z.string(),
  target: Reference,
  store: z.object({ ref: Reference, crane: z.string(), settings: z.object({ name: z.string() }) }),
  at: z.string(),
  machine: z.string(),
})

const Cranes = z.custom<Record<string, ContainerCraneSettings>>(
  (value) => z.record(z.string(), ContainerCraneConfig).safeParse(value).success,
)

const Kill = z.object({ call: z.string(), moment: z.enum(['before', 'during', 'after']) })

/** The same for a verb on archives. */
export const TaskCase = z.object({
  verb: z.enum(['lower', 'check', 'list', 'remove', 'withdraw']),
  ref: Ref,
  point: z.object({
    kind: z.literal('archive'),
    id: z.string(),
    target: Reference,
    store: Reference,
    takenAt: z.string(),
    state: z.enum(['good', 'partial']),
  }),
  destination: z.object({ medium: z.literal('docker-volume'), name: z.string() }),
  cranes: Cranes,
  kill: Kill,
})

/** What the child process of the crash suite is told: a lift, and where in it to die. */
export const CraneCase = z.object({
  ref: Ref,
  source: z.object({ medium: z.literal('docker-volume'), name: z.string() }),
  cranes: Cranes,
  kill: Kill,
})
