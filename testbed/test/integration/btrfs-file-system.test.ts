import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { btrfsFileSystem, command, part } from '../../src/index.ts'

const btrfs = part('btrfs')

describe.skipIf(!btrfs.available)('a BTRFS file system of a test’s own', () => {
  test('takes subvolumes and leaves nothing behind', async () => {
    let path: string
    {
      await using disk = await btrfsFileSystem({ megabytes: 128 })
      path = disk.path
      await command('btrfs', ['subvolume', 'create', join(path, 'v')])
      await writeFile(join(path, 'v/file'), 'text')
      await command('btrfs', ['subvolume', 'snapshot', '-r', join(path, 'v'), join(path, 's')])
      expect(readFileSync(join(path, 's/file'), 'utf8')).toBe('text')
    }
    expect(existsSync(join(path, '..'))).toBe(false)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(path)
  })

  test('what a killed process left is cleared away by the next', async () => {
    const index = join(import.meta.dirname, '../../src/index.ts')
    const script = `import { btrfsFileSystem } from ${JSON.stringify(index)}
      console.log((await btrfsFileSystem({ megabytes: 128 })).path)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [first]: unknown[] = await once(child.stdout, 'data')
    const path = String(first).trim()
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(path)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using disk = await btrfsFileSystem({ megabytes: 128 })
    expect(disk.path).not.toBe(path)
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(path)
    expect(existsSync(path)).toBe(false)
  })

  test('quota is on when it is asked for', async () => {
    await using disk = await btrfsFileSystem({ megabytes: 128, quota: true })
    await expect(command('btrfs', ['qgroup', 'show', disk.path])).resolves.toContain('0/5')
  })
})
