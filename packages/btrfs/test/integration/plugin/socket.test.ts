import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { sqliteLocks } from '@salvage-kit/core'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenAt } from '../../../src/plugin/socket/listen.ts'
import { call } from './call.ts'
import { pluginBench } from './plugin-bench.ts'
import type { PluginBench } from './plugin-bench.ts'

describe.skipIf(!part('btrfs').available)("the plugin's socket", () => {
  let bench: PluginBench
  beforeAll(async () => {
    bench = await pluginBench()
  })
  afterAll(async () => bench[Symbol.asyncDispose]())

  const path = (): string => bench.settings.socketPath
  const answers = async (): Promise<boolean> =>
    call(path(), 'Plugin.Activate').then(
      () => true,
      () => false,
    )

  test('its owner alone can reach it, and nothing else is left beside it', () => {
    expect(lstatSync(path()).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(path())).filter((name) => name.includes('sock'))).toEqual(['btrfs.sock'])
  })

  test.each([true, false])(
    'a second one is refused and the first one stays; same state directory: %s',
    async (same) => {
      using other = temporaryDirectory()
      const rig = { ...bench.rig, ...(same ? {} : { locks: sqliteLocks(join(other.path, 'locks')) }) }
      await expect(bench.runAgain({ rig })).rejects.toMatchObject({ code: 'PLUGIN.RUNNING' })
      expect(await answers()).toBe(true)
    },
  )

  test('it goes with a clean stop, and comes again', async () => {
    await bench.stop()
    expect(existsSync(path())).toBe(false)
    await bench.start()
    expect(await answers()).toBe(true)
  })

  test('what a dead process left is replaced', async () => {
    await bench.stop()
    const script = `require('net').createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', script])
    expect(lstatSync(path()).isSocket()).toBe(true)
    expect(await answers()).toBe(false)
    await bench.start()
    expect(await answers()).toBe(true)
  })

  test('a name that somebody else took is left to him', async () => {
    rmSync(path())
    const server = createServer().listen(path())
    await bench.stop()
    expect(lstatSync(path()).isSocket()).toBe(true)
    await new Promise((resolve) => server.close(resolve))
    await bench.start()
  })

  test('what is no socket is left as it is', async () => {
    await bench.stop()
    writeFileSync(path(), 'precious')
    await expect(bench.start()).rejects.toMatchObject({ code: 'PLUGIN.SOCKET' })
    expect(lstatSync(path()).size).toBe(8)
    rmSync(path())
    await bench.start()
  })

  test('a path that fits into no address is refused', async () => {
    const long = join(dirname(path()), 'x'.repeat(120))
    await expect(listenAt(createServer(), long)).rejects.toMatchObject({ code: 'PLUGIN.SOCKET' })
  })

  test('volumes that are not on BTRFS are refused, and nothing is made there', async () => {
    using other = temporaryDirectory()
    const settings = {
      ...bench.settings,
      volumesPath: join(other.path, 'not', 'mounted'),
      socketPath: join(other.path, 's'),
    }
    await expect(bench.runAgain({ settings })).rejects.toMatchObject({ code: 'PLUGIN.PLACE' })
    expect(readdirSync(other.path)).toEqual([])
  })
})
