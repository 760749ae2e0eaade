import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { part } from '@salvage-kit/testbed'
import { asyncProperty, assert, constantFrom, oneof, string, stringMatching, tuple } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isVolumeName } from '../../../src/name/volume-name.ts'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'

const HOSTILE = [
  '',
  '.',
  '..',
  '../x',
  '/abs',
  'a/b',
  'a..b',
  'a b',
  'é',
  'a@b',
  'a:b',
  '`id`',
  '$(id)',
  'a\n',
  '\na',
  'a\0',
  '\0',
  'a\u2028',

  '-dash',
  '--',
  '.hidden',
  '.a.salvage-1',
  '__proto__',
  'constructor',
  '../volumes/../snapshots/x',
  'x/../../y',

  '..\\x',
  'C:\\x',
  '%2e%2e%2fx',
  '%00',
  'a'.repeat(229),
  'a'.repeat(256),
  'é'.repeat(128),
  '\ud800',
  'a\r\nb',
  '*',
  '?',
  '[a]',
  '~',
  '~root',
  '{a,b}',
]

/** Anything, things that look like paths, commands and options, and names that are good. */
const names: Arbitrary<string> = oneof(
  constantFrom(...HOSTILE),
  string({ unit: 'binary', maxLength: 40 }),
  string({ unit: constantFrom('.', '/', '\\', '-', 'a', '\n', '\0', '@', '$', '%', ' '), maxLength: 12 }),
  tuple(constantFrom(...HOSTILE), stringMatching(/^[a-z]{0,3}$/)).map(([odd, tail]) => odd + tail),
  tuple(stringMatching(/^[a-z]{1,3}$/), constantFrom(...HOSTILE)).map(([head, odd]) => head + odd),
  stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,30}$/),
)

describe.skipIf(!part('btrfs').available)('hostile names', () => {
  let bench: PluginBench
  beforeAll(async () => {
    bench = await pluginBench()
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  /** Everything on the file system and beside the socket. */
  function everything(): readonly string[] {
    const { settings, root } = bench
    return [root, dirname(settings.socketPath)].flatMap((top) =>
      readdirSync(top, { recursive: true, withFileTypes: true })
        .map((entry) => relative(top, join(entry.parentPath, entry.name)))
        .filter((path) => !/^locks\b/.test(path)),
    )
  }

  test('none reaches outside of its directory, none crashes the plugin', async () => {
    const before = everything()
    let made = 0
    await assert(
      asyncProperty(names, oneof(names, constantFrom('id')), async (Name, ID) => {
        const post = async (verb: string): Promise<{ readonly status: number; readonly err: string }> =>
          bench.post(`VolumeDriver.${verb}`, { Name, ID, Opts: { [Name]: ID } })
        const created = await post('Create')
        expect(created.status).toBe(200)
        if (isVolumeName(Name)) {
          expect(created.err).toBe('')
          expect(readdirSync(bench.settings.volumesPath)).toEqual([Name])
          expect((await post('Mount')).err).toBe('')
          expect((await post('Get')).err).toBe('')
          expect((await post('Unmount')).err).toBe('')
          expect((await post('Remove')).err).toBe('')
          made += 1
        } else {
          expect(created.err).toMatch(/VOLUME\.NAME/)
          for (const verb of ['Get', 'Path', 'Mount', 'Remove']) expect((await post(verb)).err).toMatch(/VOLUME\.NAME/)
          expect((await post('Unmount')).status).toBe(200)
        }
        expect(everything()).toEqual(before)
      }),
      { numRuns: 600 },
    )
    expect(made).toBeGreaterThan(20)
    expect((await bench.post('Plugin.Activate', {})).err).toBe('')
  })
})
