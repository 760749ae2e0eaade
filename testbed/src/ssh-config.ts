import { join } from 'node:path'

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The `sshd_config` of a server whose files stand in one folder. */
export function serverConfig(folder: string, port: number, pathFirst: string | undefined): string {
  return lines([
    'ListenAddress 127.0.0.1',
    `Port ${String(port)}`,
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // Without it, an account whose password is locked cannot log in at all.
    'UsePAM yes',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 500',
    'MaxSessions 500',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    ...(pathFirst === undefined ? [] : [`SetEnv PATH=${pathFirst}:${SYSTEM_PATH}`]),
  ])
}

/** The configuration of a client for which every host is that server. */
export function clientConfig(
  files: { readonly identityFile: string; readonly knownHosts: string },
  port: number,
): string {
  return lines([
    'Host *',
    '  HostName 127.0.0.1',
    `  Port ${String(port)}`,
    '  User root',
    `  IdentityFile ${files.identityFile}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${files.knownHosts}`,
    '  GlobalKnownHostsFile /dev/null',
    '  LogLevel ERROR',
  ])
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
