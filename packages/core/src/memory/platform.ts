import type { LiftRef } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { WorkloadEvent } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'

/** The files of a volume: name to content. */
export type MemoryFiles = Map<string, string>

/** A workload of the memory platform. */
export interface MemoryWorkload {
  state: 'running' | 'paused' | 'stopped'
  /** Grows whenever it may write again: what a start time is elsewhere. */
  risen: number
  readonly uses: readonly TargetRef[]
  readonly dependsOn: readonly string[]
  readonly project?: string
  /** How it is brought to rest. */
  readonly by: 'stop' | 'pause' | 'hook'
  /** Whether its hook has frozen it. */
  frozen: boolean
}

/** A database of the memory platform: what a dump of it gives. */
export interface MemoryDump {
  /** In the order in which they come. */
  readonly files: ReadonlyMap<string, string>
  /**
   * Where a dump of it fails: before the first file, in the middle of the last one (a load: in the second file), or only when its program ends;
   * `damaged`: on the way, so that nobody but the reader can tell.
   */
  readonly fails?: 'start' | 'middle' | 'verdict' | 'damaged'
}

/** An archive of the memory platform. */
export interface MemoryArchive {
  readonly ref: LiftRef
  readonly files: ReadonlyMap<string, string>
  readonly point: RestorePoint
}

/**
 * A platform in memory: the world that the reference backend works on. It outlives the backend, as a real engine
 * outlives the process that talks to it, so a crashed run can be recovered in it.
 */
export interface MemoryPlatform {
  readonly volumes: Map<string, MemoryFiles>
  readonly workloads: Map<string, MemoryWorkload>
  readonly snapshots: Map<string, ReadonlyMap<string, string>>
  /** Those of the snapshots that stay. */
  readonly kept: Map<string, RestorePoint>
  /** Ids of the snapshots that are exposed as volumes `snapshot/ID`. */
  readonly exposures: Set<string>
  /** By run: what a volume held before its content was exchanged. */
  readonly exchanges: Map<string, { readonly former: MemoryFiles; committed: boolean }>
  readonly archives: Map<string, MemoryArchive>
  /** Lifts under way: what `clear` must remove. */
  readonly vessels: Set<string>
  readonly databases: Map<string, MemoryDump>
  /** Dumps under way. */
  readonly dumping: Set<string>
  /** By name: what a database was before a file that is not loaded to its end. */
  readonly loading: Map<string, MemoryDump>
  readonly listeners: Set<(event: WorkloadEvent) => void>
  /** Whether several volumes can be cut at one instant. */
  cutsTogether: boolean
}

/** An empty platform. */
export function memoryPlatform(): MemoryPlatform {
  return {
    volumes: new Map(),
    workloads: new Map(),
    snapshots: new Map(),
    kept: new Map(),
    exposures: new Set(),
    exchanges: new Map(),
    archives: new Map(),
    vessels: new Set(),
    databases: new Map(),
    dumping: new Set(),
    loading: new Map(),
    listeners: new Set(),
    cutsTogether: false,
  }
}

/** Changes the state of a workload, as the engine or an operator does, and tells the listeners. */
export function setState(platform: MemoryPlatform, id: string, state: MemoryWorkload['state']): void {
  const workload = workloadOf(platform, id)
  if (workload.state === state) return
  const rising = state === 'running'
  if (rising) workload.risen += 1
  workload.state = state
  const at = new Date(0).toISOString()
  const event: WorkloadEvent = {
    type: rising ? 'rising' : 'falling',
    what: state,
    workload: id,
    uses: workload.uses,
    at,
  }
  for (const listener of platform.listeners) listener(event)
}

/** A workload that must be there. */
export function workloadOf(platform: MemoryPlatform, id: string): MemoryWorkload {
  const workload = platform.workloads.get(id)
  if (workload === undefined) throw new Error(`the memory platform has no workload ${id}`)
  return workload
}

/** A volume that must be there. */
export function volumeOf(platform: MemoryPlatform, name: string): MemoryFiles {
  const volume = platform.volumes.get(name)
  if (volume === undefined) throw new Error(`the memory platform has no volume ${name}`)
  return volume
}

/** The volume as which a snapshot is exposed. */
export function exposedName({ id }: { readonly id: string }): string {
  return `snapshot/${id}`
}
