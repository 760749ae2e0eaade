import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { thawedElsewhere } from '../../../src/index.ts'
import { clusterOf, POD } from '../../exec/cluster-of.ts'
import { SHELLS, toolsOf } from '../../exec/shells.ts'
import type { ExecServer } from '../../exec-server.ts'
import { execServer } from '../../exec-server.ts'

// Most of these tests wait most of the time.
vi.setConfig({ maxConcurrency: 8 })

const PATIENCE_SECONDS = 30
const holder = new URL('holder.ts', import.meta.url).pathname
const directory = mkdtempSync(join(tmpdir(), 'salvage-switch-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const ENDS: readonly (readonly [string, (tool: ChildProcess, server: ExecServer) => unknown])[] = [
  ['is killed', (tool) => tool.kill('SIGKILL')],
  ['is stopped', (tool) => tool.kill('SIGSTOP')],
  ['loses its connection', (_, server) => server.reset()],
]

describe.concurrent.each(SHELLS)('%s', (kind) => {
  test.each(ENDS)('a pod whose tool %s thaws within 30 seconds, once', { timeout: 120_000 }, async (name, end) => {
    using tools = toolsOf(kind)
    await using server = await execServer({ environment: { PATH: tools.path } })
    const id = `${kind} ${name}`.replaceAll(' ', '-')
    const logFile = join(directory, `log-${id}`)
    const log = (): string => readFileSync(logFile, 'utf8')
    const tool = spawn(process.execPath, [holder, server.server, id, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(tool.stdout, 'data')
      expect(log()).toBe('quiesced\n')
      end(tool, server)
      const ended = Date.now()
      while (log() === 'quiesced\n' && Date.now() < ended + 60_000) await sleep(100)
      expect(log()).toBe('quiesced\nthawed\n')
      expect((statSync(logFile).mtimeMs - ended) / 1000).toBeLessThan(PATIENCE_SECONDS)
      const scripts = { id, directory, thaw: `echo again >>${directory}/log-${id}` }
      await thawedElsewhere(clusterOf(server.server), POD, scripts, { signal: new AbortController().signal })
      await sleep(2000)
      expect(log()).toBe('quiesced\nthawed\n')
    } finally {
      tool.kill('SIGKILL')
    }
  })
})
