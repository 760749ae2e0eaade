import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { command, part, privateSshd, temporaryDirectory } from '../../src/index.ts'

const server = part('sshd')
const OPTIONS = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=accept-new']

describe.skipIf(!server.available)('an sshd of a test’s own', () => {
  test('is reached under any name, with its configuration or through PATH', async () => {
    await using sshd = await privateSshd()
    const one = await command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far.example', 'echo one'])
    const two = await command('sh', ['-c', `ssh ${OPTIONS.join(' ')} other echo two`], { env: sshd.env })
    expect([one, two]).toEqual(['one\n', 'two\n'])
    expect(readFileSync(sshd.knownHosts, 'utf8')).toContain('127.0.0.1')
    const home = await command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far', 'cd; pwd; ls -A; command -v env'])
    expect(home).toBe(`${join(dirname(sshd.configFile), 'home')}\n/usr/bin/env\n`)
  })

  test('cuts its connections and goes on', async () => {
    await using sshd = await privateSshd()
    const args = ['-F', sshd.configFile, ...OPTIONS, 'far', 'echo there; sleep 60']
    const ssh = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(ssh.stdout, 'data')
    const exit = once(ssh, 'exit')
    expect(sshd.kill()).toBeGreaterThan(0)
    const [code]: unknown[] = await exit
    expect(code).toBe(255)
    expect(await command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far', 'echo again'])).toBe('again\n')
  })

  test('lets a peer hang and go on', async () => {
    await using sshd = await privateSshd()
    const ssh = spawn('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far', 'echo there; cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    await once(ssh.stdout, 'data')
    expect(sshd.freeze()).toBeGreaterThan(0)
    let answered = false
    const answer = once(ssh.stdout, 'data').then(() => (answered = true))
    ssh.stdin.end('text')
    await sleep(300)
    expect(answered).toBe(false)
    sshd.thaw()
    await answer
  })

  test('a changed host key is refused, a stopped server is not there', async () => {
    await using sshd = await privateSshd()
    const ask = async (): Promise<string> => command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far', 'echo yes'])
    await ask()
    await sshd.changeHostKey()
    await expect(ask()).rejects.toThrow('IDENTIFICATION HAS CHANGED')
    await sshd.stop()
    await expect(ask()).rejects.toThrow('Connection refused')
  })

  test('runs what it is told to instead of what is asked for', async () => {
    await using sshd = await privateSshd({ forcedCommand: 'echo "$SSH_ORIGINAL_COMMAND" not' })
    expect(await command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'far', 'rm -r /x'])).toBe('rm -r /x not\n')
  })

  test('is a far end with other things at the same path', async () => {
    using near = temporaryDirectory()
    using far = temporaryDirectory()
    await writeFile(join(near.path, 'where'), 'near')
    await writeFile(join(far.path, 'where'), 'far')
    await using sshd = await privateSshd({ instead: { [near.path]: far.path } })
    const read = ['cat', join(near.path, 'where')]
    expect(await command('ssh', ['-F', sshd.configFile, ...OPTIONS, 'there', ...read])).toBe('far')
    expect(await command('env', read)).toBe('near')
  })
})
