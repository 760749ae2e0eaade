import { isSalvageError, parseDuration, SalvageError } from '@salvage-kit/core'
import type { Grouping, TargetRef } from '@salvage-kit/core'
import { parseTarget } from '@salvage-kit/host'
import type { Scope } from '@salvage-kit/host'
import { usageError } from './failure.ts'
import type { Invocation } from './invocation.ts'

/** The options that say what a run covers and how. */
export interface SelectOptions {
  readonly to?: string
  readonly tide?: string
  readonly grouping?: Grouping
  readonly maxHold?: string
  readonly maxConcurrent?: number
}

/** The same, read. */
export interface Wishes {
  readonly targets: readonly TargetRef[]
  readonly to?: string | undefined
  readonly tide?: string | undefined
  readonly grouping?: Grouping | undefined
  readonly maxHoldMs?: number | undefined
  readonly maxConcurrent?: number | undefined
}

/** Reads the command line of `plan` and `run`. Throws `CLI.USAGE`, `REFERENCE.INVALID`, `TARGET.SCHEME`, `DURATION.INVALID`. */
export function readWishes({ args, options, terminal }: Invocation<SelectOptions>): Wishes {
  const targets = [...new Set(args.map((text) => parseTarget(text, terminal.directory)))]
  if (targets.length === 0 && options.tide === undefined)
    throw usageError('nothing to back up is named', {
      hint: 'name targets like dir:/srv/app, docker:pgdata, k8s:NAMESPACE/CLAIM or rancher:STACK/SERVICE, or a tide with --tide NAME',
    })
  return {
    targets,
    to: options.to,
    tide: options.tide,
    grouping: options.grouping,
    maxHoldMs: readHold(options.maxHold),
    maxConcurrent: options.maxConcurrent,
  }
}

/** What these wishes are about to touch. */
export function scopeOf({ targets, to, tide }: Wishes): Scope {
  return { targets, stores: to === undefined ? [] : [to], tide }
}

/** What is wrong is said of the option. */
function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    const { code, message, why, hint } = error
    throw new SalvageError(code, `${option}: ${message}`, {
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  }
}

/** Reads `--max-hold`. Throws `DURATION.INVALID`, and `CLI.USAGE` for no time at all. */
export function readHold(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = durationOf('--max-hold', text)
  if (ms <= 0) throw usageError('--max-hold must be longer than nothing', { hint: 'write it like 90s or 30m' })
  return ms
}
