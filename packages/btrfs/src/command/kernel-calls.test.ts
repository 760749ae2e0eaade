import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { btrfsFileSystem, command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { noCommandOn } from './commands-on.ts'
import { areCalls } from './kernel-calls.ts'
import { shellFor } from './run-in-shell.ts'
import type { Words } from './waiting-shell.ts'

const create = (path: string): Words => ['btrfs', 'subvolume', 'create', '--', path]
const remove = (path: string): Words => ['btrfs', 'subvolume', 'delete', '--', path]
const cut = (from: string, to: string, ...mode: readonly string[]): Words => {
  return ['btrfs', 'subvolume', 'snapshot', ...mode, '--', from, to]
}
const inPlace = (path: string): Words => ['chattr', '+C', '--', path]

afterEach(() => {
  vi.unstubAllEnvs()
})

test('what is more than one call of the kernel is left to commands', () => {
  expect(areCalls([create('/a'), inPlace('/a'), cut('/a', '/b'), cut('/a', '/b', '-r'), remove('/a')])).toBe(true)
  for (const words of [
    ['btrfs', 'subvolume', 'list', '-o', '--', '/a'],
    ['btrfs', 'subvolume', 'delete', '--', '/a', '/b'],
    ['btrfs', 'subvolume', 'snapshot', '-r', '--', '/a'],
    ['btrfs', 'subvolume', 'create', '/a'],
    ['btrfs', 'subvolume', 'delete', '--'],
    [],
  ])
    expect(areCalls([create('/a'), words])).toBe(false)
})

test.each([
  [0o600, true],
  [0o700, false],
])('who has a btrfs of their own gets that one: a file of mode %o', async (mode, isCalled) => {
  using directory = temporaryDirectory()
  await writeFile(join(directory.path, 'btrfs'), '#!/bin/sh\n', { mode })
  vi.stubEnv('PATH', `${directory.path}:${process.env['PATH'] ?? ''}`)
  expect(areCalls([create('/a')])).toBe(isCalled)
})

/** How commands ended, and which one was the last. */
async function ended(...commands: readonly Words[]): Promise<unknown> {
  expect(areCalls(commands)).toBe(true)
  using shell = shellFor(commands)
  return await shell?.run(4096)
}

const done = (last = 0): object => ({ last, end: 0, out: '', words: '' })
const NOT_DONE = { last: 0, end: 126, out: '', words: '' }

test('a call that goes on is seen as the command that it is, and only then', async () => {
  using directory = temporaryDirectory()
  const fifo = join(directory.path, 'fifo')
  const to = join(directory.path, 'to')
  const { signal } = new AbortController()
  await command('mkfifo', [fifo])
  // Whatever fails here: a call that nobody lets end keeps every recovery on the machine waiting.
  await using _end = { [Symbol.asyncDispose]: async () => open(fifo, 'r+').then(async (file) => file.close()) }
  const ending = ended(cut(fifo, to, '-r'))
  await delay(300)
  await noCommandOn([join(directory.path, 'other')], { signal })
  const waited = noCommandOn([to], { signal }).then(() => 'over')
  expect(await Promise.race([waited, delay(300, 'waiting')])).toBe('waiting')
  await command('sh', ['-c', 'exec 3>"$1"', 'sh', fifo])
  expect(await ending).toEqual(NOT_DONE)
  expect(await waited).toBe('over')
})

describe.skipIf(!part('btrfs').available)('calls of the kernel', () => {
  test('make, cut and delete subvolumes as the commands do', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 128 })
    const at = (name: string): string => join(disk.path, name)
    const shown = async (name: string): Promise<string> => command('btrfs', ['property', 'get', '-ts', at(name), 'ro'])
    expect(await ended(create(at('v')), inPlace(at('v')))).toEqual(done(1))
    await writeFile(at('v/file'), 'content')
    expect(await command('lsattr', [at('v')])).toMatch(/^-+C-+ /)
    expect(await ended(cut(at('v'), at('s'), '-r'))).toEqual(done())
    expect(await ended(cut(at('s'), at('w')))).toEqual(done())
    expect([await shown('s'), await shown('w')]).toEqual(
      ['ro=true', 'ro=false'].map((text) => expect.stringContaining(text)),
    )
    expect(await command('cat', [at('s/file'), at('w/file')])).toBe('contentcontent')
    expect(await ended(remove(at('s')))).toEqual(done())
    expect(await ended(remove(at('v')), remove(at('w')))).toEqual(done(1))
    expect(await command('ls', [disk.path])).toBe('')
  })

  test('change nothing that is not what they were told of', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 128 })
    const at = (name: string): string => join(disk.path, name)
    await ended(create(at('v')))
    await ended(create(at('v/nested')))
    await mkdir(at('plain'))
    await command('ln', ['-s', at('v'), at('link')])
    for (const words of [
      create(at('v')),
      create(at('plain')),
      create(at('.')),
      create(`${at('new')}/`),
      create(at('missing/new')),
      create('relative'),
      create(at('x'.repeat(256))),
      cut(at('plain'), at('new')),
      cut(at('missing'), at('new')),
      cut(at('v'), at('plain')),
      remove(at('v')),
      remove(at('plain')),
      remove(at('link')),
      inPlace(at('link')),
      inPlace(at('missing')),
    ])
      expect(await ended(words), words.join(' ')).toEqual(NOT_DONE)
    // What comes after one that failed is not begun.
    expect(await ended(create(at('v')), create(at('new')))).toEqual(NOT_DONE)
    expect(await command('find', [disk.path, '-mindepth', '1', '-printf', '%P '])).toMatch(
      /^(?=.*\bv\/nested\b)(?!.*new)/,
    )
    expect(await command('ls', [disk.path])).toBe('link\nplain\nv\n')
  })
})
