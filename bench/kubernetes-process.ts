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
  /** Of its own, of all processors. */
  readonly cpuMs: number
  /** Of the processes that serve it, meanwhile. */
  readonly theirCpuMs: number
}

const LOOK_MS = 50

/** By whom it is served, and its environment. */
export interface Served {
  readonly server: string
  /** In the words of which processes a path stands that serve it. */
  readonly serving?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs a program until it ends, and looks at it meanwhile. Rejects when it fails. */
export async function taken(
  args: readonly string[],
  { server, serving = '', environment = {} }: Served,
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
  let cpuMs = 0
  const theirs = servers(serving)
  const before = cpuOf(theirs)
  const look = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid))
    cpuMs = Math.max(cpuMs, cpuOf([child.pid]))
    connections = Math.max(connections, connectionsOf(child.pid, server))
  }, LOOK_MS)
  try {
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`)
  } finally {
    clearInterval(look)
  }
  return {
    output: Buffer.concat(chunks).toString(),
    ms: performance.now() - since,
    peakMegabytes,
    connections,
    cpuMs,
    theirCpuMs: cpuOf(theirs) - before,
  }
}

function servers(path: string): readonly number[] {
  if (path === '') return []
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter((pid) => pid !== process.pid && readOf(pid, 'cmdline').includes(path))
}

/** In ticks of 10 ms. */
function cpuOf(pids: readonly (number | undefined)[]): number {
  return pids.reduce<number>((sum, pid) => {
    const [user = 0, system = 0] = readOf(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return sum + (user + system) * 10
  }, 0)
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
