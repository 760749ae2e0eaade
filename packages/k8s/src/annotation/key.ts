/* Annotations of workloads (or of their pods) and of claims. Keys and values are case sensitive. */

/** What all of them begin with. */
export const PREFIX = 'salvage-kit.io/'
/** On claims, and on workloads for all their claims: the tides that cover them, `nightly,weekly`. */
export const TIDES: string = `${PREFIX}tides`
/** `true`: no tide covers it. */
export const EXCLUDE: string = `${PREFIX}exclude`
/** `scale`, `exec`, `dump` or `none`. */
export const QUIESCE: string = `${PREFIX}quiesce`
/** The command that brings to rest, and the one that undoes it. */
export const PRE: string = `${PREFIX}pre`
export const POST: string = `${PREFIX}post`
/** Where commands and dumps run; absent: the first container. */
export const CONTAINER: string = `${PREFIX}container`
/** How long a command may take, or the pods to end or to be ready again. */
export const TIMEOUT: string = `${PREFIX}timeout`
/** A directory of the container for the marker of a hold; absent: `/tmp`. */
export const DIRECTORY: string = `${PREFIX}directory`
/** The shell in the container; absent: `sh`. */
export const SHELL: string = `${PREFIX}shell`
/** `postgres`, `mysql` or `mariadb`; what begins with it and a hyphen belongs to the dump. */
export const DUMP: string = `${PREFIX}dump`
export const DUMP_PREFIX: string = `${DUMP}-`

/** What may stand on a claim. */
export const CLAIM_KEYS: readonly string[] = [TIDES, EXCLUDE]
/** What may stand on a workload. */
export const WORKLOAD_KEYS: readonly string[] = [
  ...CLAIM_KEYS,
  QUIESCE,
  PRE,
  POST,
  CONTAINER,
  TIMEOUT,
  DIRECTORY,
  SHELL,
  DUMP,
]

/** Velero's hooks; `pre.` and `post.` have the same four. */
export const VELERO = {
  pre: 'pre.hook.backup.velero.io/',
  post: 'post.hook.backup.velero.io/',
} as const

/** K8up's dump by command. */
export const K8UP = 'k8up.io/'
export const K8UP_COMMAND: string = `${K8UP}backupcommand`

/** Annotations of an object. */
export type Annotations = Readonly<Record<string, string>>
