import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { shellFor } from './run-in-shell.ts'
import { SHELL_NAME } from './waiting-shell.ts'

const MANY = 1024 * 1024

async function run(...words: readonly string[]): Promise<unknown> {
  using shell = shellFor([words])
  return await shell?.run(MANY)
}

test('a shell gives what a command writes, apart and whole, and how it ended, one after the other', async () => {
  const script = 'printf "<%s>\\n" "$1"; printf "%s" "$2" >&2; exit "$3"'
  for (let n = 0; n < 50; n += 1)
    expect(await run('sh', '-c', script, 'sh', `  a\\n "$HOME" \`b\` ${String(n)} `, "it's", String(n))).toEqual({
      last: 0,
      end: n,
      out: `<  a\\n "$HOME" \`b\` ${String(n)} >\n`,
      words: "it's",
    })
  const long = await run('seq', '1', '100000')
  expect(long).toMatchObject({ end: 0, out: expect.stringMatching(/^1\n[^]*\n100000\n$/) })
  expect(await run('sh', '-c', 'seq 1 9999; seq 1 9999 >&2')).toMatchObject({ out: expect.stringMatching(/\n9999\n$/) })
})

test('a shell tells by which signal a command ended, and that there is no such one', async () => {
  expect(await run('sh', '-c', 'kill -TERM $$')).toMatchObject({ end: 'SIGTERM' })
  expect(await run('no-such-program')).toMatchObject({ end: 127 })
  expect(await run('cat')).toEqual({ last: 0, end: 0, out: '', words: '' })
})

async function ends(...codes: readonly number[]): Promise<unknown> {
  using shell = shellFor(codes.map((code) => ['sh', '-c', `echo ${String(code)}; exit ${String(code)}`]))
  return await shell?.run(MANY)
}

test('several commands run in their order, up to the first that fails', async () => {
  expect(await ends(0, 0, 0)).toEqual({ last: 2, end: 0, out: '0\n0\n0\n', words: '' })
  expect(await ends(0, 7, 0)).toEqual({ last: 1, end: 7, out: '0\n7\n', words: '' })
  expect(await ends(3, 0)).toEqual({ last: 0, end: 3, out: '3\n', words: '' })
  expect(await ends(0)).toMatchObject({ last: 0, end: 0 })
})

test('words that a shell could misread, and very many, are none for it', () => {
  for (const words of [
    ['echo', 'a\nb'],
    ['echo', 'ä'],
    ['echo', 'a\0'],
    ['echo', 'x'.repeat(5000)],
  ])
    expect(shellFor([words])).toBeUndefined()
})

test.each(['', ' >&2'])('a command that writes without end%s is ended, and its shell', async (where) => {
  using shell = shellFor([['sh', '-c', `exec yes${where}`]])
  expect(await shell?.run(MANY)).toMatchObject({ end: 'SIGKILL' })
  expect(await run('echo', 'again')).toMatchObject({ out: 'again\n' })
})

test('commands at once have a shell each, and what is too much has none; a shell that was ended is no more', async () => {
  const held = Array.from({ length: 5 }, () => shellFor([['sleep', '600']]))
  expect(held.map((shell) => shell === undefined)).toEqual([false, false, false, false, true])
  const running = held.map(async (shell) => shell?.run(MANY))
  await delay(50)
  for (const shell of held) shell?.end('SIGTERM')
  expect((await Promise.all(running)).map((one) => one?.end)).toEqual([...Array(4).fill('SIGTERM'), undefined])
  for (const shell of held) shell?.[Symbol.dispose]()
  expect(await run('echo', 'again')).toMatchObject({ out: 'again\n' })
})

test('a command finds programs where this process does now', async () => {
  using directory = temporaryDirectory()
  await writeFile(join(directory.path, 'only-here'), '#!/bin/sh\necho here\n', { mode: 0o700 })
  expect(await run('only-here')).toMatchObject({ end: 127 })
  const { PATH } = process.env
  try {
    process.env['PATH'] = `${directory.path}:${PATH ?? ''}`
    expect(await run('only-here')).toMatchObject({ out: 'here\n' })
  } finally {
    process.env['PATH'] = PATH
  }
})

test('a process neither waits for its shells nor leaves them behind', async () => {
  const url = new URL('run-in-shell.ts', import.meta.url).href
  const script = `const { shellFor } = await import(${JSON.stringify(url)})
    using shell = shellFor([['echo', 'done']])
    process.stdout.write((await shell.run(1024)).out + process.pid)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect(said).toBe(`done\n${String(child.pid)}`)
  await expect.poll(async () => shellsOf(String(child.pid))).toEqual([])
})

async function shellsOf(pid: string): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    processes.map(async (name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
  )
  return lines.filter((line) => line.endsWith(`\0${SHELL_NAME}\0${pid}\0`))
}
