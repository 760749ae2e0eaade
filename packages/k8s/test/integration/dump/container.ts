import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Cluster } from '../../../src/index.ts'
import { clusterOf } from '../../exec/cluster-of.ts'
import { execServer } from '../../exec-server.ts'

const call = promisify(execFile)

/** A database in a container, and a far end that runs programs there as a kubelet does. */
export interface DatabaseContainer extends AsyncDisposable {
  readonly cluster: Pick<Cluster, 'exec'>
  /** Where the far end listens, for other processes. */
  readonly server: string
  /** All that its first process has said. */
  log(): Promise<string>
  /** Resolves when no program runs there that this far end started: one may begin after its connection is gone. */
  over(): Promise<void>
  /** What a script says there; rejects when it fails. */
  inside(script: string): Promise<string>
}

/** All of this process's, for the engine that the tests share may be named there. */
function environment(): Record<string, string> {
  const known: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) known[name] = value
  return known
}

/** Starts one; resolves when `ready` succeeds in it. `options` are those of `docker run`. */
export async function databaseContainer(
  image: string,
  options: readonly string[],
  ready: string,
): Promise<DatabaseContainer> {
  const name = `salvage-dump-${randomBytes(4).toString('hex')}`
  await call('docker', ['run', '-d', '--rm', '--name', name, '--network', 'none', ...options, image])
  const server = await execServer({
    environment: environment(),
    wrap: ['docker', 'exec', '-i', name],
  })
  const inside = async (script: string): Promise<string> => {
    const { stdout } = await call('docker', ['exec', name, 'sh', '-c', script])
    return stdout.trim()
  }
  const made: DatabaseContainer = {
    cluster: clusterOf(server.server),
    server: server.server,
    inside,
    over: async () => {
      for (let left = 300; ; left -= 1) {
        const begun = server.started.some((pid) => existsSync(`/proc/${String(pid)}`))
        if (!begun && (await inside('grep -l salvage[-]go /proc/[0-9]*/cmdline || :')) === '') return
        if (left === 0) throw new Error('a program of this far end does not end')
        await sleep(100)
      }
    },
    log: async () => {
      const { stdout, stderr } = await call('docker', ['logs', name])
      return stdout + stderr
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await call('docker', ['rm', '-f', name])
    },
  }
  for (let left = 300; ; left -= 1) {
    try {
      await inside(ready)
      return made
    } catch (error) {
      if (left === 0) {
        await made[Symbol.asyncDispose]()
        throw error
      }
      await sleep(200)
    }
  }
}
