import type { Grouping, KeepRules, TargetRef } from '@salvage-kit/core'

/** All of `salvage-kit.yaml`, read; everything may be absent. Spans of time are in milliseconds. */
export interface Config {
  /** The name of this machine in archives; default: the host name. */
  readonly machine?: string
  /** Absolute. */
  readonly state?: string
  readonly docker?: DockerEntry
  readonly stores?: Readonly<Record<string, StoreEntry>>
  readonly cranes?: Readonly<Record<string, CraneEntry>>
  readonly directories?: readonly DirectoryEntry[]
  readonly tides?: Readonly<Record<string, TideEntry>>
}

/** How the Docker engine is reached. */
export interface DockerEntry {
  /** True: it must be there; false: it is left alone; absent: it is used when something is Docker's. */
  readonly enabled?: boolean
  readonly host?: string
}

/** A place for archives under a name: a reference, or the same in parts. */
export type StoreEntry =
  | string
  | { readonly kind: 'archive'; readonly directory: string }
  | { readonly kind: 'restic'; readonly address: string; readonly passwordFile?: string }

/** A crane image. The values of `env` may be secrets: they go into the crane's container and nowhere else. */
export interface CraneEntry {
  readonly image: string
  readonly pull?: 'missing' | 'always' | 'never'
  readonly env?: Readonly<Record<string, string>>
  readonly mounts?: Readonly<Record<string, string>>
  readonly maxConcurrent?: number
  readonly timeout?: number
  readonly stopTimeout?: number
  readonly grace?: number
}

/** A directory of this machine that is backed up. */
export interface DirectoryEntry {
  readonly path: string
  readonly tides?: readonly string[]
  readonly hooks?: HookEntry
}

/** A command: text that is split at blanks, a list of arguments, or text for a shell. */
export type CommandEntry = string | readonly string[] | { readonly run: string; readonly shell: true }

/** The commands around the copy of a directory: what writes to it comes to rest with `pre` and rises with `post`. */
export interface HookEntry {
  readonly pre?: CommandEntry
  readonly post?: CommandEntry
  readonly user?: string
  readonly timeout?: number
  readonly exitCodes?: string
  readonly stops?: boolean
}

/** A named schedule and what it covers. */
export interface TideEntry {
  readonly cron?: string
  readonly targets?: readonly TargetRef[]
  readonly grouping?: Grouping
  /** A store: a name, or a reference. */
  readonly to?: string
  /** The same as `to: crane:NAME`. */
  readonly crane?: string
  readonly keep?: KeepRules
  readonly maxHold?: number
  readonly maxConcurrent?: number
}
