import { readFileSync } from 'node:fs'
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
    // It takes its time, but without it an account that is locked cannot log in at all.
    `UsePAM ${isLocked('root') ? 'yes' : 'no'}`,
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 500',
    'MaxSessions 500',
    'LogLevel VERBOSE',
    'Subsystem sftp internal-sftp',
    // In a home of its own: what root's shell does at its start is no part of a test, and may take longer than the test.
    `SetEnv HOME=${join(folder, 'home')} PATH=${pathFirst === undefined ? '' : `${pathFirst}:`}${SYSTEM_PATH}`,
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

/** https://man7.org/linux/man-pages/man5/shadow.5.html */
function isLocked(user: string): boolean {
  const entry = readFileSync('/etc/shadow', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`))
  return entry?.split(':')[1]?.startsWith('!') ?? true
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('')
}
