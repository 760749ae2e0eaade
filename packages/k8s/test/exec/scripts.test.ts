import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runScript } from '../../src/index.ts'
import type { ExecServer, ExecServerOptions } from '../exec-server.ts'
import { execServer } from '../exec-server.ts'
import { clusterOf, POD } from './cluster-of.ts'
import { holdSuite } from './hold-suite.ts'
import type { FarEnd } from './script-suite.ts'
import { scriptSuite } from './script-suite.ts'
import type { Tools } from './shells.ts'
import { SHELLS, toolsOf } from './shells.ts'

// Most of these tests wait for something most of the time.
vi.setConfig({ maxConcurrency: 16, testTimeout: 90_000 })

/** What comes after it runs as an ordinary user on a root where only the directory given can be written. */
const LOCKED = `mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,ro,bind / &&
  exec setpriv --reuid 65534 --regid 65534 --clear-groups env PATH="$SALVAGE_PATH" "$@"`

/** A far end with the programs of such a container. */
function farEnd(
  kind: (typeof SHELLS)[number],
  options: (tools: Tools, directory: string) => ExecServerOptions,
): () => FarEnd {
  let far: { readonly tools: Tools; readonly server: ExecServer; readonly end: FarEnd } | undefined
  beforeAll(async () => {
    const tools = toolsOf(kind)
    const directory = mkdtempSync(join(tmpdir(), 'salvage-pod-'))
    chmodSync(directory, 0o777)
    const server = await execServer(options(tools, directory))
    far = { tools, server, end: { cluster: clusterOf(server.server), pod: POD, directory } }
  })
  afterAll(async () => {
    if (far === undefined) return
    await far.server[Symbol.asyncDispose]()
    far.tools[Symbol.dispose]()
    rmSync(far.end.directory, { recursive: true, force: true })
  })
  return () => {
    if (far === undefined) throw new Error('the far end has not started')
    return far.end
  }
}

describe.concurrent.each(SHELLS)('%s', (kind) => {
  const far = farEnd(kind, (tools) => ({ environment: { PATH: tools.path } }))
  scriptSuite('scripts', far)
  holdSuite('holds', far)
})

describe.concurrent.each(['dash', 'busybox'] as const)('%s as an ordinary user on a read-only root', (kind) => {
  describe.skipIf(process.getuid?.() !== 0)('which takes root to make', () => {
    const far = farEnd(kind, (tools, directory) => ({
      environment: { PATH: process.env['PATH'] ?? '', SALVAGE_PATH: tools.path },
      wrap: ['unshare', '--mount', '/bin/sh', '-c', LOCKED, directory],
    }))
    scriptSuite('scripts', far)
    holdSuite('holds', far)
    test('it is one', async () => {
      const { cluster, pod } = far()
      const signal = new AbortController().signal
      const tried = await runScript(cluster, pod, { script: ': >/tmp/salvage-probe-of-a-read-only-root' }, { signal })
      expect(tried.code).not.toBe(0)
      expect(tried.stderr).toMatch(/read-only/i)
    })
  })
})
