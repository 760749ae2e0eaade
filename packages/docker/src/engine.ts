import type { Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import type { Container, ContainerSpec, ContainerSummary } from './container.ts'

/** A call whose length is not the engine's to decide: it rejects with `DOCKER.DEADLINE` after `limitMs`. */
export interface LongCallOptions extends CallOptions {
  readonly limitMs: number
}

/**
 * The calls of a Docker engine that this package makes, and no other; a fake implements just these. `container` is an
 * id or a name. Every call ends at its deadline: short ones at one of their own, long ones at `limitMs`. No call is
 * tried twice. All may reject with `DOCKER.UNREACHABLE`, `DOCKER.PERMISSION`, `DOCKER.DEADLINE`, `DOCKER.ANSWER`,
 * `DOCKER.ENGINE` (the engine failed) and with the reason of the signal; a verb on something that is not there rejects
 * with `DOCKER.NOT_FOUND` unless it says otherwise.
 */
export interface DockerEngine {
  /** `unix:///var/run/docker.sock`, for people. */
  readonly address: string
  /** The path of the engine's unix socket; absent when it is reached otherwise, perhaps on another machine. */
  readonly socketPath?: string
  version(options: CallOptions): Promise<EngineVersion>
  /** What it says of its machine. */
  info(options: CallOptions): Promise<EngineInfo>
  /** The engine's clock, in milliseconds since 1970. */
  now(options: CallOptions): Promise<number>

  /** In all states, newest first. Every given label must be there: `KEY` or `KEY=value`. */
  listContainers(labels: readonly string[], options: CallOptions): Promise<readonly ContainerSummary[]>
  /** Undefined when there is none. */
  inspectContainer(container: string, options: CallOptions): Promise<Container | undefined>
  /** Resolves with the id. Rejects with `DOCKER.CONFLICT` when the name is taken, `DOCKER.NOT_FOUND` without the image. */
  createContainer(spec: ContainerSpec, options: CallOptions): Promise<string>
  /** Whether a container has this name or is just being made under it; false also where the engine does not tell. */
  isNameTaken(name: string, options: CallOptions): Promise<boolean>
  /** Does nothing to a running container. Rejects with `DOCKER.CONFLICT` when a namespace that it shares is not up. */
  startContainer(container: string, options: CallOptions): Promise<void>
  /**
   * Resolves when it has ended; does nothing to one at rest. Without `graceSeconds` the container's own grace holds.
   * The engine goes on stopping it when the call is given up.
   */
  stopContainer(container: string, options: LongCallOptions & { readonly graceSeconds?: number }): Promise<void>
  /** Rejects with `DOCKER.CONFLICT` when it is not running or is paused already. */
  pauseContainer(container: string, options: CallOptions): Promise<void>
  /** Rejects with `DOCKER.CONFLICT` when it is not paused. */
  unpauseContainer(container: string, options: CallOptions): Promise<void>
  /** Sends a signal such as `SIGKILL`. Rejects with `DOCKER.CONFLICT` when it does not run. */
  killContainer(container: string, signal: string, options: CallOptions): Promise<void>
  /** With force and its anonymous volumes; resolves when it is gone, also when it was. */
  removeContainer(container: string, options: CallOptions): Promise<void>
  /** Resolves with the exit code once it does not run. */
  waitContainer(container: string, options: LongCallOptions): Promise<number>
  /** What a container without a terminal prints, from its beginning; `follow`: until it ends. */
  logs(container: string, options: LogOptions): AsyncIterable<LogChunk>
  /** Unpacks a tar into a directory of the container, whether it runs or not. */
  putArchive(container: string, directory: string, tar: Uint8Array | Readable, options: LongCallOptions): Promise<void>
  /**
   * The content of one plain file of a container, whether it runs or not; undefined when nothing is there. Rejects with
   * `DOCKER.FILE` when something else stands there or it is longer than `limitBytes`.
   */
  readFile(container: string, path: string, options: ReadFileOptions): Promise<Uint8Array | undefined>
  /** A tar of what stands at a path of a container, whether it runs or not; throws when the connection breaks. */
  readArchive(container: string, path: string, options: LongCallOptions): AsyncIterable<Uint8Array>
  /**
   * Runs a command and waits for its end. When it is given up (deadline, signal) the command goes on in the container.
   * Rejects with `DOCKER.CONFLICT` when the container does not run or is paused.
   */
  exec(container: string, spec: ExecSpec, options: LongCallOptions): Promise<ExecResult>
  /**
   * Runs a command and gives what it prints, while it does, and `stdin` to read; without it reads nothing. Resolves when
   * the engine was asked to run it. That the output ends tells nothing of the command: it may have been cut, or the
   * connection. When it is given up the command goes on in the container. Rejects as `exec` does.
   */
  openExec(
    container: string,
    spec: ExecSpec,
    options: CallOptions & { readonly stdin?: Readable },
  ): Promise<AsyncIterable<LogChunk>>
  /** Undefined when the engine knows it no more. */
  inspectExec?(exec: string, options: CallOptions): Promise<RanExec | undefined>
  /**
   * Asks to run a command that was never made: nothing happens. Rejects with `DOCKER.PERMISSION` where that is forbidden.
   * Absent: nobody forbids it.
   */
  askToRunExec?(exec: string, options: CallOptions): Promise<void>

  /** Undefined when there is none. Rejects with `DOCKER.ENGINE` where no swarm is managed. */
  inspectService(name: string, options: CallOptions): Promise<SwarmService | undefined>
  /**
   * Asks for another number of tasks of a replicated service, and changes nothing else; resolves before they are there
   * or gone. Rejects with `DOCKER.CONFLICT` when it was changed after it was inspected.
   */
  scaleService(service: SwarmService, replicas: number, options: CallOptions): Promise<void>
  /** The states of those tasks of a service that run, or may yet, on any machine. */
  liveTasks(service: string, options: CallOptions): Promise<readonly string[]>

  listVolumes(options: CallOptions): Promise<readonly Volume[]>
  /** Undefined when there is none. */
  inspectVolume(name: string, options: CallOptions): Promise<Volume | undefined>
  /** Gives the volume of that name when there is one already: the engine does not tell. */
  createVolume(spec: VolumeSpec, options: CallOptions): Promise<Volume>
  /** Resolves when it is gone, also when it was. Rejects with `DOCKER.CONFLICT` while a container has it. */
  removeVolume(name: string, options: CallOptions): Promise<void>

  /** Whether there is a network of this name or id. */
  hasNetwork(network: string, options: CallOptions): Promise<boolean>

  /** Undefined when it is not on this engine. */
  inspectImage(image: string, options: CallOptions): Promise<Image | undefined>
  /**
   * Pulls with the credentials of the Docker configuration file. Rejects with `DOCKER.IMAGE_NOT_FOUND`,
   * `DOCKER.REGISTRY_DENIED` or `DOCKER.PULL_FAILED`.
   */
  pullImage(image: string, options: LongCallOptions): Promise<void>

  /**
   * Resolves when the subscription stands. Ends at `untilMs`, else only by the signal; throws when the connection
   * breaks. What happened before the call comes from a buffer of the engine's last 256 events.
   */
  events(query: EventQuery, options: CallOptions): Promise<AsyncIterable<EngineEvent>>
}

/** What {@link DockerEngine.readFile} takes. */
export interface ReadFileOptions extends LongCallOptions {
  readonly limitBytes: number
}

/** What {@link DockerEngine.logs} takes. */
export interface LogOptions extends LongCallOptions {
  readonly follow: boolean
  /** So many lines from the end of what is there; absent: all. */
  readonly lastLines?: number
}

/** What the engine says of itself. */
export interface EngineVersion {
  readonly version: string
  readonly apiVersion: string
}

/** What the engine says of the machine that it runs on. */
export interface EngineInfo {
  /** The machine's host name. */
  readonly name: string
  /** Its clock, in milliseconds since 1970. */
  readonly nowMs: number
  /** Its part in a swarm; absent outside of one. */
  readonly swarm?: SwarmPart
}

/** What an engine is in a swarm. */
export interface SwarmPart {
  /** Services can be asked for and changed here. */
  readonly manages: boolean
  /** How many machines the swarm has; 0 where nobody here knows. */
  readonly machines: number
}

/** A service of a swarm. */
export interface SwarmService {
  readonly id: string
  readonly name: string
  /** Grows with each change. */
  readonly version: number
  /** Absent for a global service and for jobs. */
  readonly replicas?: number
  /** As the engine gives and takes it; may hold secrets. */
  readonly spec: object
}

/** A volume. */
export interface Volume {
  readonly name: string
  readonly driver: string
  /** ISO 8601; another volume under the same name has another. Some drivers do not say. */
  readonly createdAt?: string
  readonly mountpoint: string
  readonly labels: Readonly<Record<string, string>>
  /** Driver options; may hold secrets. */
  readonly driverOptions: Readonly<Record<string, string>>
}

/** A volume to be made. */
export interface VolumeSpec {
  readonly name: string
  readonly driver?: string
  readonly driverOptions?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** An image on the engine. */
export interface Image {
  readonly id: string
  /** `REPOSITORY@sha256:…`; empty for an image that was never in a registry. */
  readonly digests: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly user: string
  readonly entrypoint: readonly string[]
}

/** A command in a container; no shell, no terminal. */
export interface ExecSpec {
  readonly command: readonly string[]
  readonly env: readonly string[]
  /** Absent: the container's. */
  readonly user?: string
  readonly privileged: boolean
}

/** A command of a container, as the engine remembers it. */
export interface RanExec {
  readonly isRunning: boolean
  /** Behind the program. */
  readonly arguments: readonly string[]
  /** Empty: the container's. */
  readonly user: string
}

/** How a command ended. */
export interface ExecResult {
  readonly exitCode: number
  /** The last 16 KiB of what it printed on both outputs. */
  readonly output: string
}

/** A piece of a container's output. */
export interface LogChunk {
  readonly from: 'stdout' | 'stderr'
  readonly data: Uint8Array
}

/** Which events are asked for. */
export interface EventQuery {
  /** The engine's clock, in milliseconds since 1970; absent: from now on. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Of one container only. */
  readonly container?: string
  /** Absent: of containers. */
  readonly kinds?: readonly EventKind[]
  /** Such as `start`, `die`, `pause`. Empty: all. */
  readonly actions: readonly string[]
}

/** What an event is about. */
export type EventKind = 'container' | 'volume'

/** Something that happened to a container or a volume. */
export interface EngineEvent {
  readonly kind: EventKind
  readonly action: string
  /** The id of the container, the name of the volume. */
  readonly subject: string
  /** Of a container: its name and labels, among others. Of a volume that is mounted: the id of the `container`. */
  readonly attributes: Readonly<Record<string, string>>
  /** The engine's clock, in milliseconds since 1970, with fractions. */
  readonly atMs: number
}
