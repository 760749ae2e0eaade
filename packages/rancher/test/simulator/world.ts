import { z } from 'zod'

/** A map that may be null, or absent: as real servers send it. */
const texts = z.record(z.string(), z.string()).nullable().optional()

const launchConfig = z.looseObject({
  name: z.string().optional(),
  imageUuid: z.string().nullable().optional(),
  labels: texts,
  environment: texts,
})

const container = z.object({
  id: z.string(),
  state: z.string().default('running'),
  address: z.string().nullable().default(null),
  /** The sidekick that it runs; absent: the primary one. */
  sidekick: z.string().optional(),
  labels: texts,
})

const service = z.object({
  id: z.string(),
  type: z.string().default('service'),
  name: z.string(),
  state: z.string().default('active'),
  launchConfig: launchConfig.nullable().optional(),
  secondaryLaunchConfigs: z.array(launchConfig).nullable().optional(),
  containers: z.array(container).default([]),
  /** Left out of its document: a server behind its time, or a resource that is going. */
  without: z.array(z.string()).default([]),
})

const stack = z.object({
  id: z.string(),
  type: z.string().default('stack'),
  name: z.string(),
  state: z.string().default('active'),
  system: z.boolean().default(false),
  /** Absent: without the action `exportconfig`. */
  compose: z.object({ docker: z.string(), rancher: z.string() }).optional(),
  services: z.array(service).default([]),
})

const project = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string().default('active'),
  stacks: z.array(stack).default([]),
})

const key = z.object({
  name: z.string(),
  secret: z.string(),
  /** The environment that it is of; absent: an account's, which sees all of them. */
  project: z.string().optional(),
})

/** What a simulated Rancher 1.6 holds. */
export const World = z.object({
  /** Empty: access control is off. */
  keys: z.array(key).default([]),
  projects: z.array(project),
  settings: z.record(z.string(), z.string()).default({}),
  /** Objects that a page has at most, whatever was asked for; the server's own limit is 3000. */
  pageLimit: z.number().default(3000),
})

export type World = z.infer<typeof World>
export type WorldInput = z.input<typeof World>
export type SimulatedProject = z.infer<typeof project>
export type SimulatedStack = z.infer<typeof stack>
export type SimulatedService = z.infer<typeof service>
export type SimulatedContainer = z.infer<typeof container>
export type SimulatedKey = z.infer<typeof key>
