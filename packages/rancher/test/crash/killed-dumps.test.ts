import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onRequest, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'

const CHILD = fileURLToPath(new URL('dump-child.ts', import.meta.url))
const KILLS = onRequest('SALVAGE_RANCHER_KILLS') ? 300 : 12
const FILES = ['one/a', 'one/b', 'two/a', 'two/b'].map((name) => `dump/app/${name}.dump`)

/** Runs one, and kills it so many milliseconds after it began; undefined: lets it end. Resolves with how long it took. */
async function run(directory: string, version: string, killAfterMs?: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, directory, version], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  await once(child.stdout, 'data')
  const since = performance.now()
  if (killAfterMs !== undefined) {
    await delay(killAfterMs)
    child.kill('SIGKILL')
  } else child.stdout.resume()
  await exit
  return performance.now() - since
}

test('a kill at any moment leaves whole files, and the next run no trace', { timeout: 240_000 }, async () => {
  using folder = temporaryDirectory()
  const contents = (): readonly string[] =>
    FILES.map((file) => {
      const text = readFileSync(join(folder.path, file), 'utf8')
      const [version = ''] = text
      expect(text.length).toBe(300_000)
      expect(text).toBe(version.repeat(300_000))
      return version
    })
  const long = await run(folder.path, '0')
  expect(contents()).toEqual(['0', '0', '0', '0'])
  const seen = new Set<string>()
  for (let at = 0; at < KILLS; at += 1) {
    await run(folder.path, String.fromCodePoint(65 + (at % 26)), (long * at) / KILLS)
    for (const version of contents()) seen.add(version)
  }
  // Some kills came early enough to leave the former files, and some so late that new ones stood.
  expect(seen.size).toBeGreaterThan(1)
  await run(folder.path, '1')
  expect(contents()).toEqual(['1', '1', '1', '1'])
  expect(globSync('**/.salvage-kit.part', { cwd: folder.path })).toEqual([])
  const manifest = JSON.parse(readFileSync(join(folder.path, '.salvage-kit/manifest.json'), 'utf8'))
  expect(manifest.files.map((file: { path: string }) => file.path)).toEqual(FILES)
})
