import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'

test('a directory that this user may not read is a problem', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'locked')
  mkdirSync(path)
  chmodSync(path, 0)
  chmodSync(folder.path, 0o755)
  const script = fileURLToPath(new URL('survey-as-user.ts', import.meta.url))
  const told = await command(process.execPath, [script, path, '65534'])
  chmodSync(path, 0o700)
  expect(told).toBe(`DIRECTORY.UNREADABLE dir:${path}`)
})
