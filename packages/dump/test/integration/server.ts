import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecPort } from '../../src/index.ts'
import type { Meddle } from '../spawn-port.ts'
import { herePort } from '../spawn-port.ts'

/** A server of a test's own, on this machine. */
export interface Server extends AsyncDisposable {
  readonly pid: number
}

/** What runs, and what tells that it answers. */
export interface ServerOptions {
  readonly argv: readonly [string, ...string[]]
  /** Its name to itself, where that decides what it is. */
  readonly argv0?: string
  readonly env?: Readonly<Record<string, string>>
  readonly ready: () => Promise<boolean>
}

/** Resolves when it answers. */
export async function server({ argv, argv0, env, ready }: ServerOptions): Promise<Server> {
  const [file, ...args] = argv
  const child = spawn(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...(argv0 === undefined ? {} : { argv0 }),
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4096)
  })
  const ended = once(child, 'close')
  while (!(await ready().catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`${file} ended: ${said}`)
    await sleep(50)
  }
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** A port on the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  listener.close()
  await once(listener, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Programs run here, beside a service with this environment. */
export function servicePort(environment: Readonly<Record<string, string>>, meddle?: Meddle): ExecPort {
  const here = herePort(meddle)
  return {
    exec: async (request, options) =>
      here.exec({ ...request, environment: { ...environment, ...request.environment } }, options),
  }
}
