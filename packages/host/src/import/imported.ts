import type { Json, JsonObject } from '@salvage-kit/core'

/** What an importer makes of another tool's configuration; notes are whole sentences without a point at their end. */
export interface Imported {
  /** The tool's name, for people. */
  readonly tool: string
  /** Public pages on which the settings that were read are described. */
  readonly pages: readonly string[]
  /** What has no equal, or differs. */
  readonly notes: readonly string[]
  /** Whole sections besides those below. */
  readonly sections?: Readonly<Record<string, Json>>
  readonly stores: readonly ImportedStore[]
  readonly reports: readonly ImportedReport[]
  readonly tides: readonly ImportedTide[]
  readonly labels: readonly ImportedLabels[]
}

/** A store under a name. */
export interface ImportedStore {
  readonly name: string
  readonly entry: string | JsonObject
  readonly notes: readonly string[]
}

/** A place that reports go to, under a name; secrets stand in files that `entry` names. */
export interface ImportedReport {
  readonly name: string
  readonly entry: Readonly<Record<string, string | number | readonly string[]>>
  readonly notes: readonly string[]
}

/** A tide; what is absent is left to the defaults. */
export interface ImportedTide {
  readonly name: string
  readonly cron?: string
  readonly timeZone?: string
  readonly targets: readonly string[]
  readonly grouping?: 'individual' | 'smart' | 'project'
  /** The name of a store. */
  readonly to?: string
  readonly keep?: Readonly<Record<string, number | string>>
  /** Other settings of the tide. */
  readonly more?: Readonly<Record<string, string>>
  readonly notes: readonly string[]
}

/** Labels that a container needs, because salvage-kit takes what happens to a container from its labels alone. */
export interface ImportedLabels {
  readonly container: string
  readonly labels: Readonly<Record<string, string>>
  readonly why: string
}
