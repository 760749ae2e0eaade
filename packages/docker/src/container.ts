/** What the engine says a container is doing. */
export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'

/** What inspecting a container tells, as far as this package needs it. */
export interface Container {
  /** The full id. */
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
  /** The image reference that it was created with. */
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: ContainerStatus
  /** ISO 8601 with nanoseconds, the engine's clock. */
  readonly createdAt: string
  /** ISO 8601 with nanoseconds, the engine's clock; starts with `0001-` when it was never started. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly exitCode: number
  /** The engine's text when it could not be started. */
  readonly error: string
  readonly oomKilled: boolean
  /** Absent without a health check. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy'
  /** For how long after a start a failing health check does not count. */
  readonly startPeriodMs: number
  readonly hostname: string
  readonly user: string
  /** `KEY=value`; may hold secrets. */
  readonly env: readonly string[]
  readonly tty: boolean
  /** The container's own grace in seconds; absent: the engine's default of 10; -1: for ever. */
  readonly stopTimeoutSeconds?: number
  /** What a stop sends first, such as `SIGUSR1`; empty: SIGTERM. */
  readonly stopSignal: string
  readonly autoRemove: boolean
  readonly privileged: boolean
  readonly networkMode: string
  readonly ipcMode: string
  readonly pidMode: string
  /** `/provider:/this/alias`. */
  readonly links: readonly string[]
  /** `CONTAINER[:ro|rw]`. */
  readonly volumesFrom: readonly string[]
  readonly restartPolicy: string
  readonly mounts: readonly Mount[]
  /** Ids of the commands that run in it, and of some that have ended. */
  readonly execs?: readonly string[]
}

/** Something mounted in a container. */
export interface Mount {
  /** `volume`, `bind`, `tmpfs`, `npipe`. */
  readonly type: string
  /** Of a volume. */
  readonly name?: string
  /** The path on the engine's machine. */
  readonly source: string
  readonly destination: string
  readonly writable: boolean
}

/** One row of the container list. */
export interface ContainerSummary {
  readonly id: string
  /** Without the leading slash. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Seconds since 1970. */
  readonly createdSeconds: number
  readonly status: ContainerStatus
  readonly mounts: readonly Mount[]
}

/** What a new container is made of. */
export interface ContainerSpec {
  readonly name: string
  readonly image: string
  /** Absent: the image's own. */
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly user?: string
  readonly workingDir?: string
  /** `KEY=value`. */
  readonly env: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly mounts: readonly MountSpec[]
  /** The grace of a later stop. */
  readonly stopTimeoutSeconds?: number
  readonly autoRemove?: boolean
  readonly privileged?: boolean
  /** Absent: the engine's default network. */
  readonly networkMode?: string
  readonly securityOpt?: readonly string[]
  /** At most 63 characters. Absent: the engine's own choice. */
  readonly hostname?: string
  /** How much of the output the engine keeps, in bytes, in this number of files; absent: as the engine is set up. */
  readonly keptOutput?: { readonly fileBytes: number; readonly files: number }
}

/** A mount of a new container. */
export type MountSpec =
  | {
      readonly type: 'volume'
      readonly name: string
      readonly target: string
      readonly readOnly: boolean
      /** The engine must not fill an empty volume from the image's directory. */
      readonly noCopy: boolean
      /** Of the volume that the engine makes when there is none of this name; a volume that is there keeps its own. */
      readonly labels?: Readonly<Record<string, string>>
    }
  | { readonly type: 'bind'; readonly source: string; readonly target: string; readonly readOnly: boolean }
