import { z } from 'zod'

/** A map of texts without a prototype: a service may have a variable of any name. */
export type Texts = Readonly<Record<string, string>>

/** How the containers of a service, or those of one of its sidekicks, are made. */
export interface LaunchConfig {
  /** Of a sidekick only; else empty. */
  readonly name: string
  /** `docker:REPOSITORY[:TAG]`, or empty. */
  readonly imageUuid: string
  readonly labels: Texts
  readonly environment: Texts
}

/** A service, of whatever type. */
export interface Service {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly state: string
  readonly stackId: string
  readonly instanceIds: readonly string[]
  readonly launchConfig?: LaunchConfig | null | undefined
  readonly secondaryLaunchConfigs?: readonly LaunchConfig[] | null | undefined
}

/** A container. */
export interface Container {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly serviceIds: readonly string[]
  readonly labels: Texts
  readonly primaryIpAddress: string
}

/** A stack. */
export interface Stack {
  readonly id: string
  readonly type: string
  readonly name: string
  readonly state: string
  /** Links, by the names of what can be done with it in its state and with this key. */
  readonly actions: Texts
}

/** An environment, which the API calls a project. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly state: string
}

/** A setting of the server. */
export interface Setting {
  readonly name: string
  readonly activeValue: string
}

/** The two texts of a stack's export. */
export interface ComposeConfig {
  readonly dockerComposeConfig: string
  readonly rancherComposeConfig: string
}

// What the API may leave out it may also send as null.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const ids = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
const texts = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map): Texts => {
    const clean: Record<string, string> = Object.create(null)
    for (const [name, value] of Object.entries(map ?? {})) if (value != null) clean[name] = textOf(value)
    return clean
  })
const launchConfig = z.object({ name: text, imageUuid: text, labels: texts, environment: texts })

export const Service: z.ZodType<Service> = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  state: text,
  stackId: text,
  instanceIds: ids,
  launchConfig: launchConfig.nullish(),
  secondaryLaunchConfigs: z.array(launchConfig).nullish(),
})

export const Container: z.ZodType<Container> = z.object({
  id: z.string(),
  name: text,
  state: text,
  serviceIds: ids,
  labels: texts,
  primaryIpAddress: text,
})

export const Stack: z.ZodType<Stack> = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  state: text,
  actions: texts,
})

export const Project: z.ZodType<Project> = z.object({ id: z.string(), name: text, state: text })

export const Setting: z.ZodType<Setting> = z.object({ name: z.string(), activeValue: text })

export const ComposeConfig: z.ZodType<ComposeConfig> = z.object({
  dockerComposeConfig: z.string(),
  rancherComposeConfig: z.string(),
})

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
