import type { Json } from '../json.ts'

/**
 * Something that can be read and copied. A closed union: a medium is what two backends share, so a new one is a change
 * here that everybody sees.
 */
export type Source = DirectorySource | DockerVolumeSource | ClaimSource | StreamSource

/** A directory of this machine. */
export interface DirectorySource {
  readonly medium: 'directory'
  /** Absolute. */
  readonly path: string
}

/** A volume of a Docker engine. */
export interface DockerVolumeSource {
  readonly medium: 'docker-volume'
  /** The volume's exact name. */
  readonly name: string
  /** The engine's creation time of the volume: another one under the same name is another volume. */
  readonly createdAt?: string
  /** Where this process can read the volume's content at any time, mounted or not; absent when it cannot. */
  readonly hostPath?: string
  /** Tells the directory at `hostPath` from every other one that stands there before or after; compared and not read. */
  readonly hostIdentity?: string
}

/** A persistent volume claim of a Kubernetes cluster: read by a pod that mounts it. */
export interface ClaimSource {
  readonly medium: 'pvc'
  readonly namespace: string
  readonly name: string
  /** The claim's uid: another one under the same name is another claim. */
  readonly uid?: string
}

/**
 * A dump that is made while it is read: it is of one point in time by itself, so nobody comes to rest for it and nothing
 * cuts it. A backend opens it, see `DumpOpener`.
 */
export interface StreamSource {
  readonly medium: 'stream'
  /** The id of the backend whose `dumps` opens it. */
  readonly backend: string
  /** What to dump, as plain data. It stands in plans, so it holds no secret. */
  readonly token: Json
  /** It is made of several files, or may be: a crane that reads one stream cannot take it. */
  readonly several?: true
}

/** The kinds of source. */
export type Medium = Source['medium']

/** The mediums under which a source can be read: a volume with a host path is also a directory. */
export function mediaOf(source: Source): readonly Medium[] {
  return directoryOf(source) === undefined || source.medium === 'directory'
    ? [source.medium]
    : [source.medium, 'directory']
}

/** The directory of this machine in which a source's content stands, when there is one. */
export function directoryOf(source: Source): string | undefined {
  switch (source.medium) {
    case 'directory':
      return source.path
    case 'docker-volume':
      return source.hostPath
    case 'pvc':
    case 'stream':
      return undefined
  }
}

/** A source in a sentence of a message. */
export function sourceText(source: Source): string {
  switch (source.medium) {
    case 'directory':
      return source.path
    case 'docker-volume':
      return source.name
    case 'pvc':
      return `${source.namespace}/${source.name}`
    case 'stream':
      return `a dump by ${source.backend}`
  }
}
