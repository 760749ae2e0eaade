import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { command, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { noCommandOn } from './commands-on.ts'
import { SHELL_NAME } from './waiting-shell.ts'

const { signal } = new AbortController()

test('a command on a path is waited for, one on another path is not', async () => {
  using directory = temporaryDirectory()
  const program = join(directory.path, 'btrfs')
  await command('ln', ['-s', '/usr/bin/sleep', program])
  const child = spawn(program, ['0.3', '0'], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  await noCommandOn(['/elsewhere'], { signal })
  const waited = noCommandOn(['0'], { signal }).then(() => 'gone')
  expect(await Promise.race([waited, delay(100, 'there')])).toBe('there')
  await exit
  expect(await waited).toBe('gone')
})

test('a shell for commands is waited for when the process is no more that it works for, and not before', async () => {
  const living = spawn('sleep', ['600'], { stdio: 'ignore' })
  const ownShell = ['-c', 'read line', SHELL_NAME, String(process.pid)]
  const own = spawn('sh', ownShell, { stdio: ['pipe', 'ignore', 'ignore'] })
  // Of a process that is not its parent: what is left of one that is dead, or what a shell has just started.
  const left = spawn('sh', [...ownShell.slice(0, -1), String(living.pid)], { stdio: ['pipe', 'ignore', 'ignore'] })
  const exits = [living, own, left].map(async (child) => once(child, 'exit'))
  try {
    const waited = noCommandOn(['/some/path'], { signal }).then(() => 'gone')
    expect(await Promise.race([waited, delay(200, 'there')])).toBe('there')
    left.stdin.end()
    expect(await waited).toBe('gone')
    expect(own.exitCode).toBeNull()
  } finally {
    for (const child of [living, own, left]) child.kill('SIGKILL')
    await Promise.all(exits)
  }
})

test('a shell that waits in a container is not waited for', async () => {
  const script = `sh -c 'echo ready; read line' ${SHELL_NAME} "$$"; :`
  const container = spawn('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const exit = once(container, 'exit')
  try {
    await once(container.stdout, 'data')
    const waited = noCommandOn(['/some/path'], { signal }).then(() => 'gone')
    expect(await Promise.race([waited, delay(20_000, 'there', { ref: false })])).toBe('gone')
  } finally {
    container.kill('SIGKILL')
    await exit
  }
})

test('a process that has been made to become a command, and is none yet, is waited for', async () => {
  using directory = temporaryDirectory()
  const pipe = join(directory.path, 'pipe')
  await command('mkfifo', [pipe])
  // Node itself, before it has any thread: a child between fork and exec looks the same. The loader waits for the pipe.
  const child = spawn(process.execPath, ['--version'], { env: { LD_PRELOAD: pipe }, stdio: 'ignore' })
  const exit = once(child, 'exit')
  try {
    const waited = noCommandOn(['/some/path'], { signal }).then(() => 'gone')
    expect(await Promise.race([waited, delay(200, 'there')])).toBe('there')
    child.kill('SIGKILL')
    expect(await waited).toBe('gone')
  } finally {
    child.kill('SIGKILL')
    await exit
  }
})
