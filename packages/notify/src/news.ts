import type { Finding, RestorePoint, RunReport, TargetRef } from '@salvage-kit/core'

/** What a report can be about; `volume…` are of one target, the others of a run of a tide as a whole. */
export type NewsEvent = 'start' | 'success' | 'partial' | 'failure' | 'volumeSuccess' | 'volumeFailure'

/** What all news say. */
interface Common {
  readonly machine: string
  /** When it happened: ISO 8601 in UTC. */
  readonly at: string
}

/** A run of a tide began. */
export interface StartNews extends Common {
  readonly event: 'start'
  readonly tide: string
  readonly runId: string
}

/** A run of a tide ended with a report, or was refused before it could begin: then there is a failure. */
export interface EndNews extends Common {
  readonly event: 'success' | 'partial' | 'failure'
  readonly tide: string
  readonly runId?: string
  readonly durationMs: number
  readonly report?: RunReport
  readonly failure?: Finding
}

/** A target ended, and its workloads are up again. A failure has a reason. */
export interface VolumeNews extends Common {
  readonly event: 'volumeSuccess' | 'volumeFailure'
  readonly tide: string
  readonly runId?: string
  readonly target: TargetRef
  /** The name of the crane, or the kind of the store. */
  readonly crane: string
  readonly durationMs: number
  readonly point?: RestorePoint
  readonly failure?: Finding
}

/** Somebody wants to know whether reports arrive. */
export interface TestNews extends Common {
  readonly event: 'test'
}

/** Something that is worth a report. Plain JSON. */
export type News = StartNews | EndNews | VolumeNews | TestNews
