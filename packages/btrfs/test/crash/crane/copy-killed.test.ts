import { spawn } from 'node:child_process'
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'

test('nothing goes on to write into a destination when the restore is killed', async () => {
  using folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  await Promise.all(['from', 'to', 'bin'].map(async (name) => mkdir(at(name))))
  await writeFile(
    at('bin/cp'),
    `#!/bin/sh\necho $$ >${at('pid.new')}\nmv ${at('pid.new')} ${at('pid')}\nexec sleep 60\n`,
  )
  await chmod(at('bin/cp'), 0o755)
  const env = { ...process.env, PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'copy-child.ts'), at('from'), at('to')], { env })
  const pid = async (): Promise<string> => (await readFile(at('pid'), 'utf8').catch(() => '')).trim()
  await expect.poll(pid, { timeout: 20_000 }).toMatch(/^\d+$/)
  const copying = await pid()
  await access(`/proc/${copying}`)
  child.kill('SIGKILL')
  await expect
    .poll(
      async () =>
        access(`/proc/${copying}`).then(
          () => 'copies',
          () => 'is gone',
        ),
      { timeout: 5000 },
    )
    .toBe('is gone')
})
