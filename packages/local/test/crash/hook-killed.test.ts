import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { commandQuiescer } from '../../src/hook/command-quiescer.ts'
import { parseHookToken } from '../../src/hook/hook-token.ts'
import { markedProcesses } from '../../src/process/process-table.ts'

const CHILD = fileURLToPath(new URL('hook-child.ts', import.meta.url))
const signal = new AbortController().signal

const shell = (run: string): { run: string; shell: true } => ({ run, shell: true })

test.each([0, 20, 50, 100, 200, 400])(
  'a process killed %d ms into its pre command: the command is ended before post runs, and never after',
  async (ms) => {
    using folder = temporaryDirectory()
    const log = join(folder.path, 'log')
    const token = await commandQuiescer().prepare(
      'hook:/srv/app',
      {
        pre: shell(`echo begin >>${log}; setsid sh -c 'while sleep 0.05; do echo pre >>${log}; done' & wait`),
        post: shell(`echo post >>${log}`),
      },
      { signal },
    )
    const child = spawn(process.execPath, [CHILD, JSON.stringify(token)], { stdio: 'ignore' })
    await expect.poll(() => existsSync(log), { timeout: 30_000, interval: 10 }).toBe(true)
    await sleep(ms)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const mark = `SALVAGE_HOOK=${parseHookToken(token).id}/pre`
    expect(await markedProcesses(mark)).not.toEqual([])
    expect(await commandQuiescer().resume(token, { signal, quiesced: 'maybe' })).toEqual([])
    expect(await markedProcesses(mark)).toEqual([])
    await sleep(200)
    expect(readFileSync(log, 'utf8')).toMatch(/^begin\n(?:pre\n)*post\n$/)
  },
)
