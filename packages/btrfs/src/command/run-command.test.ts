import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { runCommand } from './run-command.ts'

const { signal } = new AbortController()

describe('a command', () => {
  test('gives what it writes, whole, and takes what it is given', async () => {
    const input = 'ä'.repeat(200_000)
    expect(await runCommand('cat', [], { signal, input })).toBe(input)
    expect(await runCommand('cat', [], { signal })).toBe('')
  })

  test('need not read what it is given', async () => {
    expect(await runCommand('true', [], { signal, input: 'x'.repeat(1_000_000) })).toBe('')
  })

  test('fails with its own words, in no other language than C', async () => {
    const failed = runCommand('sh', ['-c', 'echo "$LC_ALL: No space left on device" >&2; exit 3'], { signal })
    await expect(failed).rejects.toMatchObject({ code: 'BTRFS.NO_SPACE', why: 'C: No space left on device' })
  })

  test('that a signal ended has failed', async () => {
    const killed = runCommand('sh', ['-c', 'kill -KILL $$'], { signal })
    await expect(killed).rejects.toMatchObject({ code: 'BTRFS.FAILED', why: 'it ended with SIGKILL and said nothing' })
  })

  test('that is not there is missing', async () => {
    await expect(runCommand('no-such-program', [], { signal })).rejects.toMatchObject({ code: 'BTRFS.MISSING' })
  })

  test('that is there and cannot be started is not said to be missing', async () => {
    await expect(runCommand('/etc/passwd', [], { signal })).rejects.toMatchObject({
      code: 'BTRFS.PERMISSION',
      message: 'starting /etc/passwd failed',
    })
    const long = 'x'.repeat(3_000_000)
    await expect(runCommand('true', [long], { signal })).rejects.toMatchObject({
      code: 'BTRFS.FAILED',
      why: expect.stringContaining('E2BIG'),
    })
  })

  test('that writes without end is ended', async () => {
    await expect(runCommand('yes', [], { signal })).rejects.toMatchObject({ code: 'BTRFS.FAILED' })
  })

  test('ends with an abort, and the reason is told', async () => {
    const stop = new AbortController()
    const running = runCommand('sleep', ['600'], { signal: stop.signal })
    await delay(50)
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect(runCommand('sleep', ['600'], { signal: stop.signal })).rejects.toThrow('enough')
  })
})
