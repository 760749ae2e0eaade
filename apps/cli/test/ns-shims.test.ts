import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const APP = join(import.meta.dirname, '../../../image/app')
const call = promisify(execFile)

/** How a script of the image ended, and the command lines that it ran. */
interface Ran {
  readonly code: number
  readonly ran: readonly string[]
}

describe('the paths of backup-ns in the image', () => {
  let directory = ''
  /** Runs a script with a salvage-kit that tells its command line and ends with the code that stands for its last word. */
  const run = async (script: string, args: readonly string[] = [], codes: object = {}): Promise<Ran> => {
    const environment = { PATH: `${directory}:/usr/bin:/bin`, CODES: JSON.stringify(codes) }
    const { stdout, code } = await call(join(APP, script), [...args], { env: environment }).then(
      (ended) => ({ ...ended, code: 0 }),
      (error: { readonly stdout: string; readonly code: number }) => error,
    )
    return { code, ran: stdout.split('\n').filter(Boolean) }
  }
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ns-shims-'))
    const stub = `#!/bin/sh
echo "$@"
for last in "$@"; do :; done
code=$(printf %s "$CODES" | sed -n "s/.*\\"$last\\":\\([0-9]*\\).*/\\1/p")
exit "\${code:-0}"
`
    await writeFile(join(directory, 'salvage-kit'), stub)
    await chmod(join(directory, 'salvage-kit'), 0o755)
  })
  afterAll(async () => rm(directory, { recursive: true }))

  it('without arguments a backup, else what is said', async () => {
    expect(await run('backup-ns')).toEqual({ code: 0, ran: ['ns create'] })
    expect(await run('backup-ns', ['list', '-A'])).toEqual({ code: 0, ran: ['ns list -A'] })
    expect(await run('backup-ns', [], { create: 3 })).toEqual({ code: 3, ran: ['ns create'] })
  })

  it('what the first half of the pruner could not do for a part keeps the second half from none of the rest', async () => {
    const ran = ['ns controller applyRetentionPolicy']
    expect(await run('retain.sh')).toEqual({ code: 0, ran })
    expect(await run('retain.sh', [], { applyRetentionPolicy: 3 })).toEqual({ code: 0, ran })
    expect(await run('retain.sh', [], { applyRetentionPolicy: 1 })).toEqual({ code: 1, ran })
  })

  it('the second half marks, then removes, and tells the worse of both ends', async () => {
    const both = ['ns controller deleteAfterMark', 'ns controller deleteAfterSweep']
    expect(await run('mark-and-delete.sh')).toEqual({ code: 0, ran: both })
    expect(await run('mark-and-delete.sh', [], { deleteAfterMark: 3 })).toEqual({ code: 3, ran: both })
    expect(await run('mark-and-delete.sh', [], { deleteAfterSweep: 3 })).toEqual({ code: 3, ran: both })
    expect(await run('mark-and-delete.sh', [], { deleteAfterMark: 1 })).toEqual({ code: 1, ran: both.slice(0, 1) })
  })
})
