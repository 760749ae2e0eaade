// Ours as a user has it: the plugin as a process of its own, and the command line.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { command } from '@salvage-kit/testbed'
import type { Yard } from './btrfs-yard.ts'

const MAIN = join(import.meta.dirname, '../apps/cli/dist/bundle/main.js')
const START_MS = 20_000

/** The plugin that runs. */
export interface OurPlugin extends AsyncDisposable {
  readonly socket: string
  /** Resident memory in megabytes. */
  readonly memory: () => Promise<number>
}

/** Starts `salvage-kit plugin`; resolves when its socket is there. */
export async function ourPlugin({ env }: Yard): Promise<OurPlugin> {
  const socket = env['BUTTERVOLUME_SOCKET'] ?? ''
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', process.execPath, MAIN, 'plugin', '--quiet'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  const until = Date.now() + START_MS
  while (!existsSync(socket)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error('salvage-kit plugin did not start')
    await delay(20)
  }
  return {
    socket,
    async memory() {
      const status = await command('grep', ['VmRSS', `/proc/${String(child.pid)}/status`])
      return Number(/\d+/.exec(status)?.[0]) / 1024
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** Runs `salvage-kit volume …` as a process of its own; resolves with what it prints. */
export async function ourCli({ env }: Yard, args: readonly string[]): Promise<string> {
  return command(process.execPath, [MAIN, 'volume', ...args], { env })
}
