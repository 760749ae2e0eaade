// What a process of its own takes: time, memory, connections.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What one took. */
export interface Taken {
  /** What it wrote. */
  readonly output: string
  readonly ms: number
  /** The most memory that it had at one time. */
  readonly peakMegabytes: number
  /** The most connections to the server that it had at one time. */
  readonly connections: number
}

const LOOK_MS = 50

/** Runs a program until it ends, and looks at it meanwhile. Rejects when it fails. */
export async function taken(
  args: readonly string[],
  { server, environment = {} }: { readonly server: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<Taken> {
  const since = performance.now()
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  let peakMegabytes = 0
  let connections = 0
  const look = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid))
    connections = Math.max(connections, connectionsOf(child.pid, server))
  }, LOOK_MS)
  try {
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`)
  } finally {
    clearInterval(look)
  }
  return { output: Buffer.concat(chunks).toString(), ms: performance.now() - since, peakMegabytes, connections }
}

/** In megabytes of 10^6 bytes; 0 when it is gone. */
function peakOf(pid: number | undefined): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readOf(pid, 'status'))?.[1] ?? '0'
  return (Number(kibibytes) * 1024) / 1e6
}

function connectionsOf(pid: number | undefined, server: string): number {
  const { hostname, port } = new URL(server)
  const address = hostname
    .split('.')
    .toReversed()
    .map((part) => hex(part, 2))
    .join('')
  const far = `${address}:${hex(port, 4)}`
  const inodes = new Set(
    readOf(pid, 'net/tcp')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .flatMap((fields) => (fields[2] === far ? (fields[9] ?? []) : [])),
  )
  return openFiles(pid).filter((to) => inodes.has(/^socket:\[(\d+)\]$/.exec(to)?.[1] ?? '')).length
}

function openFiles(pid: number | undefined): readonly string[] {
  const folder = `/proc/${String(pid)}/fd`
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`)
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

function readOf(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function hex(text: string, width: number): string {
  return Number(text).toString(16).padStart(width, '0').toUpperCase()
}
