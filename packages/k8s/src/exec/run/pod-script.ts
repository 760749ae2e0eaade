/** The container that a script runs in. */
export interface PodPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** A POSIX shell: dash, bash, ash of BusyBox. Default: `sh`. */
  readonly shell?: string
}

/** A script for the shell of a container. Nothing of it stands in argv, neither its text nor its values. */
export interface PodScript {
  /** For a POSIX shell; it has a shell of its own, `exit` ends it alone. */
  readonly script: string
  /** What what the script writes goes through, such as `gzip -c`: the failure of either is the failure of both. */
  readonly through?: string
  /** `$1` and on, of both. Not in argv. */
  readonly args?: readonly string[]
  /** Variables of both. */
  readonly environment?: Readonly<Record<string, string>>
  /** What the script reads, at most 64 KiB; it comes whole or the script does not start. Default: nothing. */
  readonly stdin?: string | Uint8Array
}

/** How a script ended. */
export interface ScriptEnd {
  /** 0 when the script and what it went through succeeded. */
  readonly code: number
  /** How many bytes it wrote. Both ends have counted the same. */
  readonly bytes: number
  /** Over what it wrote, made at both ends: `sha256:HEX`, or `cksum:CRC` where the container has no `sha256sum`. */
  readonly sum: string
  /** The last 16 KiB of what it said on stderr. */
  readonly stderr: string
}
