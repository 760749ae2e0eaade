import { SalvageError } from '@salvage-kit/core'
import { hostName } from '../name/host-name.ts'

/** Where snapshots are sent to: this machine, or another one by ssh. Plain data: it may stand in a store's settings. */
export type FarEnd = LocalEnd | SshEnd

/** This machine, on whatever BTRFS the directory is. */
export interface LocalEnd {
  readonly kind: 'local'
}

/** Another machine. It needs a POSIX shell, `btrfs`, and a user that may use it; nothing of ours. */
export interface SshEnd {
  readonly kind: 'ssh'
  /** A name that `hostName` accepts: of the machine, or of an entry in ssh's configuration, which may give user, key and port. */
  readonly host: string
  /** Left out: the port that ssh's configuration gives, else 22. */
  readonly port?: number
  /** Ssh's configuration in place of `~/.ssh/config` and `/etc/ssh/ssh_config`; absolute. */
  readonly configFile?: string
  /** The user there is not root and runs the far side's script as root with `sudo -n`. */
  readonly sudo?: boolean
}

const LAST_PORT = 65_535

/**
 * The far end of a host as the settings have it: `sshPort` is the port of every host, and 0 leaves the port of each to
 * ssh's own configuration. Throws `HOST.NAME`, `HOST.PORT`.
 */
export function sshEnd(host: string, { sshPort = 0 }: { readonly sshPort?: number } = {}): SshEnd {
  return checkedEnd({ kind: 'ssh', host, ...(sshPort === 0 ? {} : { port: sshPort }) })
}

/** Checks what came from elsewhere and gives it back. Throws `HOST.NAME`, `HOST.PORT`, `HOST.CONFIG`. */
export function checkedEnd<End extends FarEnd>(far: End): End {
  if (far.kind === 'local') return far
  hostName(far.host)
  const { port, configFile } = far
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > LAST_PORT))
    throw new SalvageError('HOST.PORT', `${String(port)} cannot be a port of ${far.host}`, {
      hint: `use a number from 1 to ${String(LAST_PORT)}`,
    })
  if (configFile !== undefined && !configFile.startsWith('/'))
    throw new SalvageError('HOST.CONFIG', `the ssh configuration ${JSON.stringify(configFile)} is no absolute path`)
  return far
}

/** How a far end is called in messages. */
export function endText(far: FarEnd): string {
  return far.kind === 'local' ? 'this machine' : far.host
}
