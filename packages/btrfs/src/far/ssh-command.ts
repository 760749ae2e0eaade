import { checkedEnd } from './far-end.ts'
import type { FarEnd, SshEnd } from './far-end.ts'
import { shellLine } from './quote.ts'

/** A program and its arguments, as `spawn` takes them. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

/** Never asks, never takes another key than the known one, gives nothing of this machine away, and notices a dead peer within a minute. */
const OPTIONS: readonly string[] = [
  'BatchMode=yes',
  'StrictHostKeyChecking=accept-new',
  'ConnectTimeout=20',
  'ServerAliveInterval=10',
  'ServerAliveCountMax=6',
  'Ciphers=^aes128-gcm@openssh.com',
  'ControlPath=none',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'EscapeChar=none',
]

/** `ssh` with everything but the host and what runs there. */
export function sshProgram({ port, configFile }: SshEnd): Command {
  return {
    file: 'ssh',
    args: [
      '-T',
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...OPTIONS.flatMap((option) => ['-o', option]),
      ...(port === undefined ? [] : ['-p', String(port)]),
    ],
  }
}

/** The command that runs these words at a far end, each as it is. Throws `HOST.NAME`, `HOST.PORT`, `HOST.CONFIG`. */
export function farCommand(given: FarEnd, words: readonly [string, ...string[]]): Command {
  const far = checkedEnd(given)
  const [file, ...args] = words
  if (far.kind === 'local') return { file, args }
  const ssh = sshProgram(far)
  const line = shellLine([...(far.sudo === true ? ['sudo', '-n', '--'] : []), ...words])
  return { file: ssh.file, args: [...ssh.args, '--', far.host, `exec ${line}`] }
}
