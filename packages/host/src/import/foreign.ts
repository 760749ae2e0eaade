/* What importers look at: the containers of an engine or of a compose file, and nothing that is particular to either. */

/** A container that exists, or that a compose file defines. */
export interface ForeignContainer {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  /** Holds secrets: importers read what they know of it and print no value that may be one. */
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly ForeignMount[]
  /** Of compose. */
  readonly project?: string
  /** What a compose file defines counts as running. */
  readonly running: boolean
}

/** A volume or a directory of the machine in a container. */
export interface ForeignMount {
  /** The name of a volume; absent for a directory. */
  readonly volume?: string
  /** The path on the engine's machine; of a volume that only a compose file names it is not known. */
  readonly source?: string
  /** The path in the container, without a slash at its end. */
  readonly destination: string
}

/** A file of variables: `name` is that of the file, without its ending. */
export interface EnvFile {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

/** All that an importer sees. */
export interface ForeignWorld {
  readonly containers: readonly ForeignContainer[]
  /** Files that stand for the environment of the tool's container, or add to it. */
  readonly envFiles: readonly EnvFile[]
  /** The tool's own file of settings, where one is named. */
  readonly settingsFile?: { readonly name: string; readonly text: string }
  /** The files of variables in a directory of this machine, by name; undefined when it cannot be read. */
  readonly envFilesIn: (directory: string) => readonly EnvFile[] | undefined
}

/** What a mount means as a target, `docker:VOLUME` or `dir:PATH`; undefined for what is neither. */
export function targetOf(mount: ForeignMount): string | undefined {
  if (mount.volume !== undefined) return `docker:${mount.volume}`
  return mount.source?.startsWith('/') === true ? `dir:${mount.source}` : undefined
}

/** Whether a container has a target, or a part of one, or what a target is a part of, mounted. */
export function uses(container: ForeignContainer, target: string): boolean {
  return container.mounts.some((mount) => {
    const own = targetOf(mount)
    if (own === undefined || own === target) return own === target
    if (!own.startsWith('dir:') || !target.startsWith('dir:')) return false
    return within(own, target) || within(target, own)
  })
}

/** Whether one path is below another, or the same. */
export function within(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
}
