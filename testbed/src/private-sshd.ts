import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command } from './command.ts'
import { pathOf } from './program.ts'
import { childrenOf, descendantsOf, signalEach } from './process-tree.ts'
import { clientConfig, serverConfig } from './ssh-config.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const START_MS = 20_000
const POLL_MS = 50

/** An sshd on this machine that knows one key, for root. */
export interface PrivateSshd extends AsyncDisposable {
  /** `127.0.0.1`. With {@link configFile} or {@link env} any host name leads here. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** The key that it takes. */
  readonly identityFile: string
  /** Empty at first: what the client came to know stands here. */
  readonly knownHosts: string
  /** For `ssh -F`: everything of the above, for every host. */
  readonly configFile: string
  /** For a process under test: `ssh` in its `PATH` is one that always takes {@link configFile}; `rsync` too uses it. */
  readonly env: { readonly PATH: string }
  /** Everything that it wrote. */
  readonly log: () => string
  /** Cuts every connection with SIGKILL; gives how many there were. It goes on listening. */
  readonly kill: () => number
  /** Stops (SIGSTOP) every connection, so that the peer hangs without an end; and lets them go on. */
  readonly freeze: () => number
  readonly thaw: () => void
  /** Ends it, connections too: nobody listens. */
  readonly stop: () => Promise<void>
  /** Starts it again on the same port. */
  readonly start: () => Promise<void>
  /** Gives it another host key, as a machine that was made anew or is not the one. */
  readonly changeHostKey: () => Promise<void>
}

/** What is special about it. */
export interface PrivateSshdOptions {
  /** Runs instead of what the client asks for, which stands in `SSH_ORIGINAL_COMMAND`. */
  readonly forcedCommand?: string
  /** Goes before the `PATH` of what it runs: for programs that stand in for others at the far end. */
  readonly pathFirst?: string
  /**
   * What it and its sessions see in place of what is there: `{ [near.path]: far.path }` of two file systems makes this
   * machine a far end with the same paths. As everything stands when it starts.
   */
  readonly instead?: Readonly<Record<string, string>>
}

/** `$1` is the number of pairs that follow it, then comes the program. */
const INSTEAD = 'n=$1; shift; while [ "$n" -gt 0 ]; do mount --bind "$2" "$1"; shift 2; n=$((n - 1)); done; exec "$@"'

/** Starts one: `await using sshd = await privateSshd()`. It takes some 100 ms. Needs root. */
export async function privateSshd(options: PrivateSshdOptions = {}): Promise<PrivateSshd> {
  const folder = temporaryDirectory('salvage-sshd-')
  const at = (name: string): string => join(folder.path, name)
  const program = pathOf('sshd') ?? '/usr/sbin/sshd'
  const port = await freePort()
  const files = { identityFile: at('id'), knownHosts: at('known_hosts'), configFile: at('config') }
  let running: ChildProcess | undefined

  async function start(): Promise<void> {
    if (running !== undefined) return
    const out = openSync(at('log'), 'a')
    const args = [
      '--pdeathsig',
      'TERM',
      '--',
      ...wrapper(options.instead),
      program,
      '-D',
      '-e',
      '-f',
      at('sshd_config'),
    ]
    const child = spawn('setpriv', args, { stdio: ['ignore', out, out], detached: true })
    closeSync(out)
    running = child
    child.once('exit', () => (running = undefined)).once('error', () => (running = undefined))
    const until = Date.now() + START_MS
    while (!(await listens(port))) {
      if (running === undefined || Date.now() > until)
        throw new Error(`sshd did not start:\n${readFileSync(at('log'), 'utf8')}`)
      await sleep(POLL_MS)
    }
  }

  function signalAll(signal: NodeJS.Signals): number {
    return signalEach(childrenOf(running?.pid), signal)
  }

  async function stop(): Promise<void> {
    const child = running
    if (child === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    // What the sessions run would outlive them.
    signalEach(descendantsOf(child.pid), 'SIGKILL')
    child.kill('SIGKILL')
    await gone
  }

  async function hostKey(): Promise<void> {
    await rm(at('host'), { force: true })
    await rm(at('host.pub'), { force: true })
    await key(at('host'))
  }

  async function changeHostKey(): Promise<void> {
    await hostKey()
    await stop()
    await start()
  }

  async function dispose(): Promise<void> {
    await stop()
    folder[Symbol.dispose]()
  }

  try {
    // Where sshd wants to lock itself up; a package or systemd makes it otherwise.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    await Promise.all([hostKey(), key(files.identityFile)])
    const forced = options.forcedCommand?.replaceAll('"', String.raw`\"`)
    const rights = forced === undefined ? '' : `command="${forced}" `
    writeFileSync(at('authorized_keys'), `${rights}${readFileSync(`${files.identityFile}.pub`, 'utf8')}`)
    writeFileSync(files.knownHosts, '')
    writeFileSync(at('sshd_config'), serverConfig(folder.path, port, options.pathFirst))
    writeFileSync(files.configFile, clientConfig(files, port))
    mkdirSync(at('bin'))
    mkdirSync(at('home'))
    const ssh = pathOf('ssh') ?? '/usr/bin/ssh'
    writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec '${ssh}' -F '${files.configFile}' "$@"\n`)
    chmodSync(at('bin/ssh'), 0o755)
    await start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    host: '127.0.0.1',
    port,
    user: 'root',
    ...files,
    env: { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` },
    log: () => readFileSync(at('log'), 'utf8'),
    kill: () => signalAll('SIGKILL'),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => void signalAll('SIGCONT'),
    stop,
    start,
    changeHostKey,
    [Symbol.asyncDispose]: dispose,
  }
}

function wrapper(instead: Readonly<Record<string, string>> = {}): readonly string[] {
  const pairs = Object.entries(instead)
  if (pairs.length === 0) return []
  const alone = ['unshare', '--mount', '--propagation', 'slave']
  return [...alone, 'sh', '-ec', INSTEAD, 'sh', String(pairs.length), ...pairs.flat()]
}

async function key(file: string): Promise<void> {
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file])
}

async function listens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
