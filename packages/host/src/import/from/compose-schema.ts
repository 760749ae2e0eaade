import { z } from 'zod'

/* As much of a compose file as importers read; everything else is let pass. */

/** A compose file, read. */
export interface ComposeFile {
  readonly name?: string | undefined
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, ComposeVolume | null | undefined>>
}

/** A service; lists and maps of labels and variables are maps. */
export interface ComposeService {
  readonly image: string
  readonly container_name?: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  readonly env_file: readonly string[]
  readonly volumes: readonly ComposeMount[]
}

/** A mount of a service, in its short or long form. */
export type ComposeMount =
  | string
  | { readonly type: string; readonly source?: string | undefined; readonly target: string }

/** A volume of the file itself, or of somebody else. */
export interface ComposeVolume {
  readonly name?: string | undefined
  readonly external?: boolean | { readonly name: string } | undefined
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => String(value ?? ''))
const pairs = z
  .union([
    z.record(z.string(), scalar),
    z.array(scalar).transform((lines) => Object.fromEntries(lines.map((line) => pair(line)))),
  ])
  .nullish()
  .transform((value) => value ?? {})

const mount = z.union([
  z.string(),
  z.object({ type: z.string().default('volume'), source: z.string().optional(), target: z.string() }),
])

const service = z.object({
  image: z.string().default(''),
  container_name: z.string().optional(),
  labels: pairs,
  environment: pairs,
  env_file: z
    .union([
      z.string().transform((file) => [file]),
      z.array(z.union([z.string(), z.object({ path: z.string() }).transform(({ path }) => path)])),
    ])
    .nullish()
    .transform((files) => files ?? []),
  volumes: z
    .array(mount)
    .nullish()
    .transform((mounts) => mounts ?? []),
})

const volume = z
  .object({ name: z.string().optional(), external: z.union([z.boolean(), z.object({ name: z.string() })]).optional() })
  .nullish()

/** The top of a compose file. */
export const composeFile: z.ZodType<ComposeFile> = z.object({
  name: z.string().optional(),
  services: z.record(z.string(), service).default({}),
  volumes: z
    .record(z.string(), volume)
    .nullish()
    .transform((volumes) => volumes ?? {}),
})

function pair(line: string): [string, string] {
  const at = line.indexOf('=')
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
}
