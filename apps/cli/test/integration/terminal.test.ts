import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { MAIN, salvageKit } from '../salvage-kit.ts'

const usable = part('tar-xattrs').available && existsSync('/usr/bin/script')

/** Runs a command at a terminal; types `answer` when it is asked. */
async function atTerminal(folder: string, line: string, answer: string): Promise<{ code: number; shown: string }> {
  const command = `${process.execPath} --disable-warning=ExperimentalWarning ${MAIN} ${line}`
  const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, SALVAGE_STATE: `${folder}/state`, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!shown.includes(' to go on: ') && (shown + text).includes(' to go on: ')) child.stdin.write(answer)
    shown += text
  })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.on('error', reject)
  child.on('close', (code) => resolve(code ?? -1))
  return { code: await promise, shown }
}

test.skipIf(!usable)('a restore in place is asked for, and can be declined in every way', async () => {
  using folder = temporaryDirectory()
  mkdirSync(join(folder.path, 'app'))
  writeFileSync(join(folder.path, 'app/file'), 'old\n')
  expect((await salvageKit(folder.path)('run', 'dir:app', '--to', 'archive:backups').ended).code).toBe(0)
  writeFileSync(join(folder.path, 'app/file'), 'new\n')
  const line = 'restore dir:app --from archive:backups --in-place'
  const file = (): string => readFileSync(join(folder.path, 'app/file'), 'utf8')

  for (const key of ['\u0003', '\u0004']) {
    const declined = await atTerminal(folder.path, line, key)
    expect([declined.code, file()]).toEqual([130, 'new\n'])
    expect(declined.shown).toContain('error: nothing was done: the question was not answered')
  }
  const wrong = await atTerminal(folder.path, line, 'yes\r')
  expect([wrong.code, file()]).toEqual([2, 'new\n'])
  const right = await atTerminal(folder.path, line, `dir:${folder.path}/app\r`)
  expect([right.code, file()]).toEqual([0, 'old\n'])
})
