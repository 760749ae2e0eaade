import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { docker, engineAnswers } from './engine.ts'
import { alive, pidIn, removeEngineFolder } from './engine-folder.ts'
import { MACHINE_PLUGINS, mountNamespace } from './mount-namespace.ts'
import type { MountNamespace } from './mount-namespace.ts'

const START_MS = 60_000
const STOP_MS = 30_000
const POLL_MS = 100

/** A Docker engine that this process started and ends. */
export interface Dockerd extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string
  readonly socket: string
  /** Where it finds the sockets of plugins: `btrfs.sock` in it is the driver `btrfs`. The machine's own place, unless `plugins`. */
  readonly pluginsFolder: string
  /** Everything that it wrote, newest last. */
  readonly log: () => string
  /** Starts it again after `stop` or `kill`, on the same data; resolves when it answers. */
  readonly start: () => Promise<void>
  /** SIGTERM; resolves when it is gone, and its containers with it, unless `liveRestore`. */
  readonly stop: () => Promise<void>
  /** SIGKILL, as a crash would; resolves when it is gone. Containers may live on until `start`. */
  readonly kill: () => Promise<void>
}

/** Where an engine keeps its things. */
export interface DockerdOptions {
  /** Removed when the engine is disposed of. Short: a socket path has 108 characters at most. */
  readonly folder: string
  readonly network: 'bridge' | 'none'
  /** It has a mount namespace of its own, in which nobody else's plugins are found. Wants the network `none`. */
  readonly plugins?: boolean
  /** Containers live on while it is stopped. */
  readonly liveRestore?: boolean
}

/** Starts an engine with a data root, exec root, process id file and socket of its own. Needs root. */
export async function dockerd(options: DockerdOptions): Promise<Dockerd> {
  const { folder } = options
  const socket = join(folder, 'docker.sock')
  const host = `unix://${socket}`
  const logFile = join(folder, 'log')
  const pluginsFolder = options.plugins === true ? join(folder, 'plugins') : MACHINE_PLUGINS
  let namespace: MountNamespace | undefined
  const log = (): string => readFileSync(logFile, 'utf8')
  let gone: Promise<void> = Promise.resolve()
  let pid: number | undefined

  async function start(): Promise<void> {
    if (pid !== undefined) return
    if (options.plugins === true && namespace === undefined) {
      mkdirSync(pluginsFolder, { recursive: true })
      namespace = await mountNamespace(pluginsFolder)
    }
    const out = openSync(logFile, 'a')
    const all = [...wrapper(options.network, namespace), 'dockerd', ...argumentsOf(options, socket)]
    const child = spawn('setpriv', all, { stdio: ['ignore', out, out], detached: true })
    closeSync(out)
    pid = child.pid
    gone = new Promise((resolve) => {
      const onGone = (): void => {
        pid = undefined
        resolve()
      }
      child.once('exit', onGone).once('error', onGone)
    })
    const until = Date.now() + START_MS
    while (!(await engineAnswers(host))) {
      if (pid === undefined || Date.now() > until)
        throw new Error(`dockerd did not start:\n${log().split('\n').slice(-10).join('\n')}`)
      await sleep(POLL_MS)
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (pid === undefined) return
    process.kill(pid, signal)
    const over = new AbortController()
    await Promise.race([gone, sleep(STOP_MS, undefined, { signal: over.signal }).catch(() => {})])
    over.abort()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await gone
    await containerdGone(folder)
  }

  async function dispose(): Promise<void> {
    // After a crash the engine itself knows best how to end what it left running.
    if (pid === undefined) await start().catch(() => {})
    if (options.liveRestore === true) await removeContainers(host).catch(() => {})
    await end('SIGTERM')
    await clear()
  }

  async function clear(): Promise<void> {
    await namespace?.[Symbol.asyncDispose]()
    await removeEngineFolder(folder)
  }

  try {
    await start()
  } catch (error) {
    await end('SIGKILL')
    await clear()
    throw error
  }
  return {
    host,
    socket,
    pluginsFolder,
    log,
    start,
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
    [Symbol.asyncDispose]: dispose,
  }
}

/** The engine's own containerd dies with it, a moment later; an engine that starts before that waits for it in vain. */
async function containerdGone(folder: string): Promise<void> {
  const pid = pidIn(join(folder, 'exec', 'containerd', 'containerd.pid'))
  const until = Date.now() + STOP_MS
  while (alive(pid) && Date.now() < until) await sleep(POLL_MS)
}

async function removeContainers(host: string): Promise<void> {
  const ids = (await docker(host, ['ps', '--all', '--quiet'])).split('\n').filter((id) => id !== '')
  if (ids.length > 0) await docker(host, ['rm', '--force', ...ids])
}

/** What starts it: it ends with the process that started it, but not at that one's Ctrl-C. */
function wrapper(network: 'bridge' | 'none', namespace: MountNamespace | undefined): readonly string[] {
  const tied = ['--pdeathsig', 'TERM', '--']
  if (namespace !== undefined) return [...tied, ...namespace.enter]
  // In a network namespace of its own: an engine without a bridge removes the docker0 of the machine's own engine.
  return network === 'none' ? [...tied, 'unshare', '--net'] : tied
}

function argumentsOf({ folder, network, liveRestore }: DockerdOptions, socket: string): readonly string[] {
  return [
    ['--data-root', join(folder, 'data')],
    ['--exec-root', join(folder, 'exec')],
    ['--pidfile', join(folder, 'pid')],
    ['--host', `unix://${socket}`],
    network === 'none' ? ['--bridge=none', '--iptables=false'] : [],
    liveRestore === true ? ['--live-restore'] : [],
  ].flat()
}
