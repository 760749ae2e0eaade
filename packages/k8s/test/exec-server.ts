import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'

/** What the server does to one connection instead of, or besides, what a kubelet does. */
export interface Fault {
  /** Resets the connection after so many bytes of stdout. */
  readonly resetAfter?: number
  /** Sends so many bytes of stdout, forgets the rest, and goes on as if that were all. */
  readonly dropAfter?: number
  /** Turns over one bit of the byte of stdout with this number. */
  readonly flipAt?: number
  /** Kills the program, or one that it started whose name is given, after so many bytes. */
  readonly killAfter?: number
  /** Closes cleanly after so many bytes, and says nothing about the program. */
  readonly closeAfter?: number
  /** Says that the program succeeded, however it ended. */
  readonly lies?: boolean
}

/** A far end that runs programs on this machine as a kubelet runs them in a container. */
export interface ExecServerOptions {
  readonly protocol?: 'v4.channel.k8s.io' | 'v5.channel.k8s.io'
  /** Variables of the programs; `PATH` decides which shell `sh` is. */
  readonly environment?: Readonly<Record<string, string>>
  /** The user they run as. */
  readonly uid?: number
  /** What is put before each command. */
  readonly wrap?: readonly string[]
  /** The fault of the connection of this number, counted from 0. */
  readonly fault?: (connection: number) => Fault | undefined
}

/** One that listens. */
export interface ExecServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly server: string
  /** The processes that were started, each the first of its group. */
  readonly started: readonly number[]
  /** Ends all connections as a dead network does not: with a reset. */
  reset(): void
}

const PIECE = 32 * 1024
const HIGH_WATER = 1024 * 1024

/** Starts one on a port of its own. */
export async function execServer(options: ExecServerOptions = {}): Promise<ExecServer> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    perMessageDeflate: false,
    handleProtocols: (offered) => {
      const wanted = options.protocol ?? 'v5.channel.k8s.io'
      return offered.has(wanted) ? wanted : false
    },
  })
  await once(server, 'listening')
  const started: number[] = []
  let connections = 0
  server.on('connection', (socket, request) => {
    const command = new URL(request.url ?? '', 'http://here').searchParams.getAll('command')
    const fault = options.fault?.(connections) ?? {}
    connections += 1
    const child = run(command, options)
    if (child.pid !== undefined) started.push(child.pid)
    serve(socket, child, fault)
  })
  const { port } = addressOf(server)
  return {
    server: `http://127.0.0.1:${port}`,
    started,
    reset(): void {
      for (const client of server.clients) client.terminate()
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}

function addressOf(server: WebSocketServer): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}

function run(command: readonly string[], options: ExecServerOptions): ChildProcess {
  const [file = '', ...args] = [...(options.wrap ?? []), ...command]
  // A session of its own, as the runtimes of containers give to each program.
  return spawn(file, args, {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
}

function serve(socket: WebSocket, child: ChildProcess, fault: Fault): void {
  const { stdin, stdout, stderr, pid } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error('the program has no pipes')
  stdin.on('error', () => {})
  socket.on('error', () => {})
  let sent = 0
  let silenced = false
  const pass = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = Buffer.from(bytes.subarray(at, at + PIECE))
      const from = sent
      sent += piece.length
      const { flipAt = -1 } = fault
      if (flipAt >= from && flipAt < sent) piece[flipAt - from] = (piece[flipAt - from] ?? 0) ^ 1
      const left = Math.max(0, (fault.resetAfter ?? fault.dropAfter ?? fault.closeAfter ?? Infinity) - from)
      if (!silenced && left > 0) send(socket, 1, piece.subarray(0, left))
      silenced ||= left < piece.length
      if (silenced && fault.resetAfter !== undefined) resetSocket(socket)
      if (silenced && fault.closeAfter !== undefined) socket.close(1000)
      if (fault.killAfter !== undefined && sent >= fault.killAfter && pid !== undefined) killGroup(pid)
    }
  }
  forward(stdout, socket, pass)
  forward(stderr, socket, (bytes) => send(socket, 2, bytes))
  socket.on('message', (bytes: Buffer) => {
    if (bytes[0] === 0) stdin.write(bytes.subarray(1))
    if (bytes[0] === 255) stdin.end()
  })
  socket.on('close', () => {
    // The output of a program whose connection is gone is read by nobody, and dropped.
    stdin.end()
    stdout.resume()
    stderr.resume()
  })
  child.on('error', (error: Error) => {
    send(socket, 3, Buffer.from(JSON.stringify(notStarted(error))))
    socket.close(1000)
  })
  child.on('close', (code, signal) => {
    const exit = fault.lies === true ? 0 : (code ?? 128 + signalNumber(signal))
    if (fault.closeAfter === undefined || !silenced) send(socket, 3, Buffer.from(JSON.stringify(statusOf(exit))))
    socket.close(1000)
  })
}

function forward(from: Readable, socket: WebSocket, pass: (bytes: Buffer) => void): void {
  from.on('data', (bytes: Buffer) => {
    pass(bytes)
    if (socket.bufferedAmount < HIGH_WATER) return
    from.pause()
    const wait = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount >= HIGH_WATER) return
      clearInterval(wait)
      from.resume()
    }, 2)
  })
}

function send(socket: WebSocket, channel: number, bytes: Buffer): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), bytes]), () => {})
}

function resetSocket(socket: WebSocket): void {
  socket.terminate()
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : 15
}

/** As a kubelet says how a program ended. */
function statusOf(exit: number): object {
  if (exit === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exit}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exit) }] },
  }
}

function notStarted({ message }: Error): object {
  const what = message.includes('ENOENT') ? 'executable file not found in $PATH' : message
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "0123": OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": ${what}: unknown`,
    reason: 'InternalError',
    details: { causes: [{ message: 'the same' }] },
    code: 500,
  }
}
