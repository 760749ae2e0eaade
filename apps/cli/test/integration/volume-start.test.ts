import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { MAIN } from '../salvage-kit.ts'

/** Writes the address of each module that is loaded to stderr. */
const SAYS_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context) } })
`)}`

async function loadedBy(directory: string, args: readonly string[]): Promise<readonly string[]> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const env = { ...process.env, SALVAGE_STATE: join(directory, 'state') }
  const options = { cwd: directory, env, maxBuffer: 16 * 1024 * 1024 }
  execFile(process.execPath, ['--import', SAYS_MODULES, MAIN, ...args], options, (_, _out, err) => resolve(err))
  return (await promise).split('\n').filter((line) => line.startsWith('file:'))
}

test.each(['list', 'snapshots', 'scheduled'])('volume %s loads what it needs, and no more', async (verb) => {
  using folder = temporaryDirectory()
  const btrfs = { volumes: join(folder.path, 'volumes'), snapshots: join(folder.path, 'snapshots') }
  for (const path of Object.values(btrfs)) mkdirSync(path)
  const schedule = join(folder.path, 'schedule.csv')
  writeFileSync(join(folder.path, 'salvage-kit.yaml'), JSON.stringify({ btrfs: { ...btrfs, schedule } }))
  const loaded = await loadedBy(folder.path, ['volume', verb])
  expect(loaded.some((url) => url.endsWith('/btrfs/dist/volumes.js'))).toBe(true)
  const others =
    /packages\/(docker|dump|local|notify|rancher)\/|btrfs\/dist\/(crane|raw|plugin|send|sync)\/|host\/dist\/import\/|dockerode/
  expect(loaded.filter((url) => others.test(url))).toEqual([])
})
