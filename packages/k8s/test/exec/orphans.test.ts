import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { execServer } from '../exec-server.ts'
import { clusterOf, POD } from './cluster-of.ts'
import { endsInOrder, leavesNobody } from './orphans.ts'
import { SHELLS, toolsOf } from './shells.ts'

/** Processes of their own, of which the first buries nobody, as the main program of many containers. */
async function container(): Promise<AsyncDisposable & { readonly enter: readonly string[] }> {
  const outside = spawn('unshare', ['--pid', '--fork', '--kill-child', '--mount-proc', 'sleep', '300'])
  const children = `/proc/${outside.pid}/task/${outside.pid}/children`
  const first = await vi.waitFor(
    () => {
      const pid = readFileSync(children, 'utf8').trim()
      expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n')
      return pid
    },
    { timeout: 20_000 },
  )
  return {
    enter: ['nsenter', '--target', first, '--pid', '--mount', 'setsid'],
    async [Symbol.asyncDispose](): Promise<void> {
      outside.kill('SIGKILL')
      if (outside.exitCode === null && outside.signalCode === null) await once(outside, 'exit')
    },
  }
}

test.skipIf(process.getuid?.() !== 0).each(SHELLS)(
  'scripts and holds leave nobody to bury in a container whose first process does not: %s',
  { timeout: 60_000 },
  async (kind) => {
    using tools = toolsOf(kind)
    await using inside = await container()
    await using server = await execServer({ environment: { PATH: `${tools.path}:/usr/bin:/bin` }, wrap: inside.enter })
    const directory = mkdtempSync(join(tmpdir(), 'salvage-orphans-'))
    try {
      const far = { cluster: clusterOf(server.server), pod: POD, directory }
      await leavesNobody(far)
      await endsInOrder(far, () => server.reset())
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  },
)
