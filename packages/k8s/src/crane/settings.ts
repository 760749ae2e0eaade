import type { CraneAction } from '@salvage-kit/core'

/** One key of a Secret of the namespace in which the Job runs. It is never read here. */
export interface SecretKey {
  readonly secret: string
  readonly key: string
}

/** As whom a crane runs, where it is not root. */
export interface JobUser {
  /** Not 0. */
  readonly uid: number
  /** Default: the same number. */
  readonly gid?: number
  /** Further groups that it is in, to read files of theirs. */
  readonly groups?: readonly number[]
  /**
   * The group that the cluster gives mounted volumes, also the copy that is lifted and the claim that is filled: files then
   * have another group than before. Absent: what is lifted is left as it is, and a claim that is filled gets `gid`.
   */
  readonly fsGroup?: number
}

/** How much a container asks for, and may have at most, as the API says it: `{ requests: { memory: '1Gi' } }`. */
export interface JobResources {
  readonly requests?: Readonly<Record<string, string>>
  readonly limits?: Readonly<Record<string, string>>
}

/**
 * What a crane of the configuration is made of. The values of `env` may be secrets: they stand in the Job, which everybody
 * who may read Jobs can read. What is secret belongs in a Secret.
 */
export interface JobCraneSettings {
  readonly image: string
  /** Default: `IfNotPresent`. */
  readonly pull?: 'IfNotPresent' | 'Always' | 'Never'
  /** Names of Secrets by which the image is pulled. */
  readonly pullSecrets?: readonly string[]
  /** Version 2 of the crane contract, and what the labels of the image say; absent: version 1, whose archives are only written. */
  readonly contract2?: { readonly actions: readonly CraneAction[]; readonly deduplicates?: boolean }
  readonly env?: Readonly<Record<string, string>>
  /** By the name of a variable. */
  readonly envSecrets?: Readonly<Record<string, SecretKey>>
  /** By the name of a file in `/run/secrets`. */
  readonly secrets?: Readonly<Record<string, SecretKey>>
  /** From the name of a claim of the namespace to an absolute path in the crane. Writable. */
  readonly mounts?: Readonly<Record<string, string>>
  /** Absolute paths that are empty directories to write in, such as `/tmp` and a cache: an image that is not run as root often needs some. */
  readonly scratch?: readonly string[]
  /**
   * `root`: with no rights of its node, but with those over the files of the claim; a namespace of the Pod Security Standard
   * `baseline` admits it, and modes and owners of every file are read and put back. Default: user 65532, which `restricted`
   * admits, and which reads only what everybody may.
   */
  readonly user?: JobUser | 'root'
  readonly resources?: JobResources
  readonly nodeSelector?: Readonly<Record<string, string>>
  /** How long one action may take. Default: one day. */
  readonly timeoutMs?: number
  /** How long it may wait for a node, for its volumes and its image before it is given up. Default: 5 minutes. */
  readonly startMs?: number
  /** How long the crane has between SIGTERM and SIGKILL. Default: 10 s. */
  readonly graceMs?: number
}

export const DEFAULT_TIMEOUT_MS: number = 24 * 3_600_000
export const DEFAULT_START_MS: number = 5 * 60_000
export const DEFAULT_GRACE_MS: number = 10_000
export const DEFAULT_UID = 65_532
