import { parseExitCodes, SalvageError } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import { z } from 'zod'

/** A command: its program and arguments, or a text for a shell when one is asked for. */
export type HookCommand = readonly string[] | { readonly run: string; readonly shell: true }

/** The commands around the copy of a directory. */
export interface HookSettings {
  /** Brings to rest whatever writes to the directory. */
  readonly pre?: HookCommand
  /** The way back. Runs at least once, also when `pre` failed or there is none; must bear to run twice. */
  readonly post?: HookCommand
  /** The name or number of the user that both run as; only root can run them as somebody else. Default: this user. */
  readonly user?: string
  /** How long one command may take, in milliseconds. Default: five minutes. */
  readonly timeoutMs?: number
  /** Which exit codes are good, as `parseExitCodes` reads it. Default: `fail`, which is 0 only. */
  readonly exitCodes?: string
  /**
   * `pre` ends every program that holds a file of the directory open, so the directory may be restored in place between
   * `pre` and `post`. Default: false.
   */
  readonly stops?: boolean
}

const text = z.string().refine((value) => !value.includes('\0'), 'a command cannot hold a NUL character')

const command: z.ZodType<HookCommand> = z.union([
  z.tuple([text.min(1)], text),
  z.strictObject({ run: text.min(1), shell: z.literal(true) }),
])

/** The same as it stands in configuration and plans. */
const hookSettings: z.ZodType<HookSettings> = z.strictObject({
  pre: command.exactOptional(),
  post: command.exactOptional(),
  user: z.string().min(1).exactOptional(),
  timeoutMs: z.int().positive().max(2_147_483_647).exactOptional(),
  exitCodes: z.string().exactOptional(),
  stops: z.boolean().exactOptional(),
})

/** Checks what a plan says of hooks. Throws `HOOK.SETTINGS`, or `LABEL.EXIT_CODES`. */
export function parseHookSettings(settings: Json, workload: string): HookSettings {
  const result = hookSettings.safeParse(settings)
  if (!result.success) throw invalid(workload, z.prettifyError(result.error))
  if (result.data.pre === undefined && result.data.post === undefined)
    throw invalid(workload, 'there is neither a pre nor a post command')
  parseExitCodes(result.data.exitCodes ?? 'fail')
  return result.data
}

/** The arguments that start a command, the program first. */
export function argvOf(given: HookCommand): readonly string[] {
  return 'shell' in given ? ['/bin/sh', '-c', given.run] : given
}

function invalid(workload: string, why: string): SalvageError {
  return new SalvageError('HOOK.SETTINGS', `the hooks of ${workload} are not understood`, {
    why,
    hint: 'a command is a list [program, argument, …], or {run: "text", shell: true}',
  })
}
