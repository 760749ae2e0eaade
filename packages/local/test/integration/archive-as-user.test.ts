import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { part } from '@salvage-kit/testbed'

const root = part('tar-xattrs').available && process.geteuid?.() === 0

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sk-'))
  await mkdir(join(home, 'a'))
})
afterEach(async () => rm(home, { recursive: true }))

describe.skipIf(!root)('a process that is not root', () => {
  it('fails where it may not read, and restores what it may set', { timeout: 60_000 }, async () => {
    const nobody = 65_534
    await chmod(home, 0o777)
    await writeFile(join(home, 'a', 'mine'), 'mine')
    execFileSync('setfattr', ['-n', 'user.x', '-v', 'y', join(home, 'a', 'mine')])
    await writeFile(join(home, 'a', 'setuid'), 'setuid')
    await chmod(join(home, 'a', 'setuid'), 0o4711)
    for (const name of ['', 'mine', 'setuid']) await chown(join(home, 'a', name), nobody, nobody)
    await writeFile(join(home, 'a', 'of root'), 'readable')
    const child = async (): Promise<string> => {
      const script = new URL('archive-as-user.ts', import.meta.url).pathname
      const ran = spawn(process.execPath, [script, home, String(nobody)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const output = ran.stdout.toArray()
      await once(ran, 'close')
      return (await output).join('').trim()
    }
    expect(await child()).toBe('good')
    await chmod(join(home, 'a', 'of root'), 0o600)
    expect(await child()).toBe('preflight ARCHIVE.SOURCE_UNREADABLE')
    await rm(join(home, 'a', 'of root'))
    await mkdir(join(home, 'a', 'deep'))
    await writeFile(join(home, 'a', 'deep', 'of root'), '', { mode: 0o600 })
    expect(await child()).toBe('lift ARCHIVE.SOURCE_UNREADABLE')
  })
})
