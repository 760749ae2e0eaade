import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { told, tellerScript } from './teller.ts'

/** What a shell prints of a directory when the cluster ends it. */
async function tellOf(fill: (directory: string) => void, path = process.env['PATH']): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'teller-'))
  try {
    const shell = spawn(
      '/bin/sh',
      ['-c', tellerScript(directory).replace('trap tell TERM', 'trap tell TERM; echo ready')],
      {
        env: { PATH: path },
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      },
    )
    fill(directory)
    shell.stdout.once('data', () => void sleep(50).then(() => shell.kill('SIGTERM')))
    // What it waited with holds the pipe: its whole group goes, as in a pod.
    shell.once('exit', () => process.kill(-(shell.pid ?? 0), 'SIGKILL'))
    return (await text(shell.stdout)).split('\n')
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('files arrive as they were written, by the sum of their bytes', async () => {
  const list = Array.from({ length: 20_000 }, (_, line) => `{"id":"ä-${String(line)}"}\n`).join('')
  const lines = await tellOf((directory) => {
    writeFileSync(join(directory, 'archives.jsonl'), list)
    writeFileSync(join(directory, 'result.json'), '{"id":"a"}')
  })
  expect(told(lines, 'archives.jsonl', 2 ** 26)).toBe(list)
  expect(told(lines, 'result.json', 2 ** 20)).toBe('{"id":"a"}')
  expect(told(lines, 'archives.jsonl', 1000)).toEqual({ why: expect.stringContaining('larger') })
})

test('links and directories are not followed, and what is not there is told so', async () => {
  const lines = await tellOf((directory) => {
    symlinkSync('/etc/passwd', join(directory, 'result.json'))
    mkdirSync(join(directory, 'archives.jsonl'))
  })
  expect(told(lines, 'result.json', 1000)).toEqual({ why: 'it is not there' })
  expect(told(lines, 'archives.jsonl', 1000)).toEqual({ why: 'it is not there' })
})

test('no part of a log is taken for all of it', async () => {
  const lines = await tellOf((directory) => writeFileSync(join(directory, 'result.json'), '{"id":"a"}'.repeat(50)))
  expect(typeof told(lines, 'result.json', 1000)).toBe('string')
  for (let length = 0; length < lines.length; length += 1) {
    const part = told(lines.slice(0, length), 'result.json', 1000)
    if (lines.slice(0, length).includes('SALVAGE-RESULT-END result.json')) expect(typeof part).toBe('string')
    else expect(part).toHaveProperty('why')
  }
  const other = lines.map((line) => (line.includes('SALVAGE') ? line : line.replace(/[b-y]/, 'z')))
  expect(told(other, 'result.json', 1000)).toHaveProperty('why')
})
