import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { DockerEngine } from '../engine.ts'

/*
 * A vessel outside of every journal is told from that of a dead process by the label of the process that made it. A
 * process id means something only in its process namespace and until the machine starts anew.
 */

const Identity = z.object({ boot: z.string(), space: z.string(), host: z.string(), pid: z.int(), start: z.string() })

/** The name of the host in a container, unless somebody gave it another one. */
const CONTAINER = /^[0-9a-f]{12}$/

/** As a label says which process made something. */
type Identity = z.infer<typeof Identity>

/**
 * The label of this process for what it leaves on an engine; undefined where the system does not tell. It names the own
 * container only where that is one of this engine's: a process that asked another engine for it would take us for dead.
 */
export async function thisProcess(engine: DockerEngine, options: CallOptions): Promise<string | undefined> {
  const own = await ownIdentity()
  if (own === undefined) return undefined
  const isKnown = !CONTAINER.test(own.host) || (await hasContainer(engine, own.host, options))
  return JSON.stringify(isKnown ? own : { ...own, host: '' })
}

async function hasContainer(engine: DockerEngine, host: string, options: CallOptions): Promise<boolean> {
  try {
    return (await engine.inspectContainer(host, options))?.id.startsWith(host) === true
  } catch {
    options.signal.throwIfAborted()
    return false
  }
}

/**
 * Whether the process of a label is certainly dead: its id is gone in this process namespace, or the container that it
 * ran in is.
 */
export async function isCertainlyDead(engine: DockerEngine, label: string, options: CallOptions): Promise<boolean> {
  const parsed = Identity.safeParse(parse(label))
  const own = await ownIdentity()
  if (!parsed.success || own === undefined || parsed.data.boot !== own.boot) return false
  const { space, host, pid, start } = parsed.data
  if (space === own.space) {
    const started = await startOf(pid)
    return started === undefined ? !exists(pid) : started !== start
  }
  if (!CONTAINER.test(host)) return false
  // A container has one process namespace at a time: it was started anew since.
  if (host === own.host) return true
  const container = await engine.inspectContainer(host, options)
  return container === undefined || !['running', 'paused'].includes(container.status)
}

async function ownIdentity(): Promise<Identity | undefined> {
  const [boot, space, start] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined),
    readlink('/proc/self/ns/pid').catch(() => undefined),
    startOf(process.pid),
  ])
  if (boot === undefined || space === undefined || start === undefined) return undefined
  return { boot: boot.trim(), space, host: hostname(), pid: process.pid, start }
}

/** The system may hide from one user what it tells of the processes of another. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** When the process began, in ticks since the machine did; the name of the program before it may hold anything. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}

function parse(label: string): unknown {
  try {
    return JSON.parse(label)
  } catch {
    return undefined
  }
}
