import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { docker, part, privateDockerd } from '../../src/index.ts'

const engines = part('dockerd')

describe.skipIf(!engines.available)('an engine of a test’s own', () => {
  test('comes back after a crash with its containers, and leaves nothing behind', async () => {
    let folder: string
    {
      await using engine = await privateDockerd()
      folder = dirname(engine.socket)
      const run = ['run', '--detach', '--restart', 'always', '--name', 'salvage-test-own', 'salvage-test/busybox']
      await docker(engine.host, run)
      await engine.kill()
      await expect(docker(engine.host, ['version'])).rejects.toThrow('exit code')
      await engine.start()
      const names = await docker(engine.host, ['ps', '--format', '{{.Names}}'])
      expect(names.trim()).toBe('salvage-test-own')
    }
    expect(existsSync(folder)).toBe(false)
  })
})
