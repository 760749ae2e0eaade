import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { btrfsFileSystem, temporaryDirectory } from '@salvage-kit/testbed'
import { call } from './call.ts'
import type { Answer } from './call.ts'

const PROGRAM = fileURLToPath(new URL('plugin-process.ts', import.meta.url))

/** Listens at a path and runs a program with the socket as descriptor 3, in the same process. */
const ACTIVATE = `use Socket; use POSIX (); $^F = 10; my $path = shift;
socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, pack_sockaddr_un($path)) && listen(S, 8) or die $!;
POSIX::dup2(fileno(S), 3) or die $!;
$ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; exec @ARGV;`

/** A plugin in a process of its own. */
export interface SpawnedPlugin extends AsyncDisposable {
  readonly volumesPath: string
  readonly mountsPath: string
  readonly socketPath: string
  readonly post: (verb: string, body: object) => Promise<Answer>
  /** Resolves when it listens; rejects with its words when it ends before. */
  readonly start: (how?: StartOptions) => Promise<void>
  /** Resolves with its exit code. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>
}

/** How it is started. */
export interface StartOptions {
  /** It gets its socket as systemd would hand it over. */
  readonly activated?: boolean
}

/** Makes a file system and starts a plugin on it that listens at `socketPath`. */
export async function spawnedPlugin(socketPath: string): Promise<SpawnedPlugin> {
  const stack = new AsyncDisposableStack()
  const { path: root } = stack.use(await btrfsFileSystem({ megabytes: 512 }))
  const { path: folder } = stack.use(temporaryDirectory())
  const [volumesPath, mountsPath] = [join(root, 'volumes'), join(folder, 'mounts')]
  mkdirSync(mountsPath)
  let child: ChildProcess | undefined
  let gone: Promise<number | null> = Promise.resolve(null)

  async function start({ activated = false }: StartOptions = {}): Promise<void> {
    const places = [volumesPath, join(root, 'snapshots'), mountsPath, socketPath, folder]
    const launcher = activated ? ['perl', '-e', ACTIVATE, socketPath] : []
    const args = ['--pdeathsig', 'KILL', '--', ...launcher, process.execPath, PROGRAM, ...places]
    const started = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let words = ''
    started.stdout.once('data', () => resolve())
    started.stderr.on('data', (text: Buffer) => {
      words += text.toString()
    })
    gone = new Promise((ended) => {
      started.once('exit', (code) => {
        reject(new Error(words))
        ended(code)
      })
    })
    await promise
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    child?.kill(signal)
    return gone
  }

  stack.defer(async () => {
    await end('SIGKILL')
  })
  await start()
  return {
    volumesPath,
    mountsPath,
    socketPath,
    start,
    end,
    post: async (verb, body) => call(socketPath, `VolumeDriver.${verb}`, { body }),
    [Symbol.asyncDispose]: async () => {
      await stack.disposeAsync()
    },
  }
}
