import type { DumpFile, Json, Problem, TargetRef } from '@salvage-kit/core'

/** Something of Rancher that can be dumped. Plain data, no secret. */
export interface RancherItem {
  readonly ref: TargetRef
  readonly kind: 'database' | 'stack' | 'server'
  /** Opens it. */
  readonly token: Json
  /** The id of its environment, where it is known: names change, and servers that were made anew use them again. */
  readonly environment?: string
  /** It is made of several files, or may be. */
  readonly several: boolean
  /** Where it stands, by the names that Rancher has for it; of the server `database` alone. */
  readonly names: {
    readonly environment?: string
    /** The folder of its environment in the layout of rancher-backup. */
    readonly folder?: string
    readonly stack?: string
    readonly service?: string
    readonly sidekick?: string
    readonly database?: string
  }
}

/** What was found, and why other things cannot be had. */
export interface RancherSurvey {
  /** By reference. */
  readonly items: readonly RancherItem[]
  /** With `target`, which may end with `*`: all that stands below could not be looked at. Without: a warning. */
  readonly problems: readonly Problem[]
}

/** One file of a dump. */
export interface RancherFile extends DumpFile {
  /** The container that it is of, where each of a service is dumped: a folder of its own in the layout of rancher-backup. */
  readonly instance?: string
  /** Its name there. `name` is the same, but for an instance, which stands in front of it. */
  readonly file: string
}
