import { z } from 'zod'

/** The password of a database as a plan may hold it: by the name of a variable of the container. */
const Reference = z
  .string()
  .regex(
    /^\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)$/,
    'write a variable of the container, such as ${DB_PASSWORD}: no password belongs here',
  )

const Port = z
  .string()
  .regex(/^(?:\d{1,5}|\$\{[A-Za-z_]\w*\})$/, 'write a number such as 5432, or a variable such as ${DB_PORT}')

/** What annotations that begin with `salvage-kit.io/dump-` say; `DumpRecipe` tells what each means. */
export interface DumpOptions {
  readonly file?: string
  readonly host?: string
  readonly port?: string
  readonly user?: string
  /** The name of a variable of the container, `${NAME}`: this stands in plans and journals. */
  readonly password?: string
  readonly name?: string
  readonly 'character-set'?: string
  readonly 'full-percent'?: string
  /** Absent: the first by name that runs. */
  readonly pod?: string
  /** Absent: `sh`. */
  readonly shell?: string
}

/** Reads {@link DumpOptions}. What it says of a value never repeats it: it may be a password. */
export const DumpOptions: z.ZodType<DumpOptions> = z.strictObject({
  file: z.string().min(1).exactOptional(),
  host: z.string().min(1).exactOptional(),
  port: Port.exactOptional(),
  user: z.string().min(1).exactOptional(),
  password: Reference.exactOptional(),
  name: z.string().min(1).exactOptional(),
  'character-set': z.string().regex(/^\w+$/, 'write one of the database, such as utf8mb4').exactOptional(),
  'full-percent': z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'write a whole number from 1 to 100')
    .exactOptional(),
  pod: z.string().min(1).exactOptional(),
  shell: z.string().min(1).exactOptional(),
})

/** What `k8s.dump` is told. */
export interface DumpSettings {
  readonly database: 'postgres' | 'mysql' | 'mariadb'
  /** Absent: the first of the pod. */
  readonly container?: string
  /** How long the dump may take; absent: an hour. */
  readonly timeoutMs?: number
  readonly options: DumpOptions
}

/** Reads {@link DumpSettings} out of a plan. */
export const DumpSettings: z.ZodType<DumpSettings> = z.strictObject({
  database: z.enum(['postgres', 'mysql', 'mariadb']),
  container: z.string().min(1).exactOptional(),
  timeoutMs: z.int().positive().exactOptional(),
  options: DumpOptions,
})
