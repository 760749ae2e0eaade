/**
 * What a crane of the configuration is made of. The values of `env` may be secrets: they stay in the options of this
 * process and go nowhere but into the crane's own container.
 */
export interface ContainerCraneSettings {
  /** An image reference; without a tag it means `latest`. */
  readonly image: string
  /** `missing`: when it is not on the engine. `always`: before every run; a local one is used when that fails. */
  readonly pull: 'missing' | 'always' | 'never'
  readonly env: Readonly<Record<string, string>>
  /**
   * From the name of a volume or an absolute path of the engine's machine to an absolute path in the crane. Writable. A
   * volume that is not there is made by the engine, and a new one is filled from the image's directory.
   */
  readonly mounts: Readonly<Record<string, string>>
  /**
   * From the name of a secret to the file of this process that holds it; read at each use. The crane finds the content at
   * `/run/secrets/NAME`, and nothing else does.
   */
  readonly secrets?: Readonly<Record<string, string>>
  /** The network of the engine that it joins; absent: the engine's own. */
  readonly network?: string
  /**
   * How many containers of this crane run at once for this process on one engine, whatever opened them; absent: no limit
   * of its own. What withdraws a lift waits for nobody.
   */
  readonly maxConcurrent?: number
  /** How long one action may take. Default: {@link DEFAULT_TIMEOUT_MS}. */
  readonly timeoutMs?: number
  /** How long the container has between SIGTERM and SIGKILL when somebody else stops it. Default: 120 s. */
  readonly stopTimeoutMs?: number
  /**
   * The same when a run is aborted or the crane is over its time: it lengthens the hold, so it is shorter. Default: 10 s,
   * never more than `stopTimeoutMs`.
   */
  readonly graceMs?: number
}

/** One day: a crane that hangs must not hang for ever. */
export const DEFAULT_TIMEOUT_MS: number = 24 * 3_600_000
/** What the original gives a crane to end. */
export const DEFAULT_STOP_TIMEOUT_MS: number = 120_000
/** What Docker itself gives a container to end. */
export const DEFAULT_GRACE_MS: number = 10_000
