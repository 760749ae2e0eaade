import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { command, part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { spawnedPlugin } from '../../integration/plugin/spawned-plugin.ts'

const ROUNDS = 25
const NAMES = Array.from({ length: 12 }, (_, at) => `v${String(at)}`)

/** A `btrfs` of one's own is run as a command; and between the two halves of a volume there is time to die. */
async function slowCommands(folder: string): Promise<void> {
  for (const [program, pause] of [
    ['btrfs', ''],
    ['chattr', 'sleep 0.02; '],
  ] as const) {
    const path = (await command('sh', ['-c', `command -v ${program}`])).trim()
    writeFileSync(join(folder, program), `#!/bin/sh\n${pause}exec ${path} "$@"\n`, { mode: 0o700 })
  }
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`)
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(!part('btrfs').available)('a plugin that is killed', () => {
  test.each([
    ['calls of the kernel', false],
    ['commands, one of which is slow', true],
  ])('leaves volumes that are as they were asked for, or none, and nothing else: by %s', async (_how, isSlow) => {
    using folder = temporaryDirectory()
    if (isSlow) await slowCommands(folder.path)
    await using plugin = await spawnedPlugin(join(folder.path, 'btrfs.sock'))
    const seen = { half: 0, whole: 0, absent: 0 }
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = NAMES.map(async (Name, at) => {
        await delay(at * 2)
        await plugin.post('Create', { Name })
        await plugin.post('Mount', { Name, ID: String(round) })
        if (at % 3 === 0) await plugin.post('Unmount', { Name, ID: String(round) })
        if (at % 3 === 0) await plugin.post('Remove', { Name })
      })
      const asked = Promise.allSettled(calls)
      // From the first step of the first one to the last of the last one, a little later each time.
      await delay(5 + round * 6)
      await plugin.end('SIGKILL')
      await asked
      const standing = readdirSync(plugin.volumesPath)
      seen.half += standing.filter((name) => isHalf(join(plugin.volumesPath, name))).length
      await plugin.start()
      expect(readdirSync(plugin.volumesPath).filter((name) => isHalf(join(plugin.volumesPath, name)))).toEqual([])
      for (const name of readdirSync(plugin.volumesPath)) {
        expect(NAMES).toContain(name)
        seen.whole += 1
      }
      seen.absent += NAMES.length - readdirSync(plugin.volumesPath).length
      // The same again, as an engine does, and to the end.
      for (const Name of NAMES) {
        expect((await plugin.post('Create', { Name })).err).toBe('')
        expect((await plugin.post('Mount', { Name, ID: String(round) })).err).toBe('')
        expect((await plugin.post('Unmount', { Name, ID: String(round) })).err).toBe('')
        expect((await plugin.post('Remove', { Name })).err).toBe('')
      }
      expect(readdirSync(plugin.mountsPath)).toEqual([])
    }
    // Kills that never met anything prove nothing.
    expect(Math.min(seen.whole, seen.absent)).toBeGreaterThan(0)
    if (isSlow) expect(seen.half).toBeGreaterThan(0)
  })
})

/** Not yet without copy-on-write, as the engine's calls want it. What a removal that was killed left may go meanwhile. */
function isHalf(path: string): boolean {
  const { stdout, status } = spawnSync('lsattr', ['-d', path], { encoding: 'utf8' })
  if (status !== 0 && !existsSync(path)) return false
  expect(status).toBe(0)
  return !/C/.test(stdout.split(' ')[0] ?? '')
}
