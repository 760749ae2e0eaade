import { describe, expect, test } from 'vitest'
import { sshEnd } from './far-end.ts'
import type { SshEnd } from './far-end.ts'
import { farCommand } from './ssh-command.ts'

describe('the command for a far end', () => {
  test('runs the words here as they are', () => {
    expect(farCommand({ kind: 'local' }, ['btrfs', "a'b"])).toEqual({ file: 'btrfs', args: ["a'b"] })
  })

  test('refuses changed keys, asks nobody, and ends with the host and one line', () => {
    const { file, args } = farCommand({ ...sshEnd('h', { sshPort: 1122 }), configFile: '/a b' }, ['id', 'a b'])
    expect(file).toBe('ssh')
    expect(args.slice(-3)).toEqual(['--', 'h', "exec id 'a b'"])
    expect(args).toEqual(
      expect.arrayContaining(['BatchMode=yes', 'StrictHostKeyChecking=accept-new', '-p', '1122', '-F', '/a b']),
    )
  })

  test('leaves the port to the configuration of ssh when the setting is 0', () => {
    expect(farCommand(sshEnd('h', { sshPort: 0 }), ['id']).args).not.toContain('-p')
  })

  test('runs as root there when that is said', () => {
    const far: SshEnd = { kind: 'ssh', host: 'h', sudo: true }
    expect(farCommand(far, ['id']).args.at(-1)).toBe('exec sudo -n -- id')
  })

  test('takes no name that could be an option', () => {
    expect(() => farCommand({ kind: 'ssh', host: '-oProxyCommand=id' }, ['id'])).toThrow(/cannot be the name of a host/)
  })
})
