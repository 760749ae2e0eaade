import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from './cache.ts'
import { command } from './command.ts'
import { exclusive } from './exclusive.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** Its metadata leaves out webtest, without which it does not start. */
const PACKAGES = ['buttervolume==3.13', 'WebTest==3.0.7']
const FOLDER = 'buttervolume-3.13'
const START_MS = 20_000
const POLL_MS = 50

/** Where the program is, or would be. */
export function buttervolumeProgram(): string {
  return join(cacheFolder(), FOLDER, 'bin/buttervolume')
}

/** Installs the original from PyPI into the cache, with pip and its configuration, when it is not there. */
export async function installButtervolume(): Promise<void> {
  if (existsSync(buttervolumeProgram())) return
  await exclusive(join(cacheFolder(), `${FOLDER}.sqlite`), async () => {
    if (existsSync(buttervolumeProgram())) return
    const folder = join(cacheFolder(), FOLDER)
    // The programs of a virtual environment name its folder, so it is made where it stays; the last step makes it count.
    await rm(folder, { recursive: true, force: true })
    await command('python3', ['-m', 'venv', folder])
    await command(join(folder, 'bin/pip'), ['install', '--quiet', '--no-cache-dir', ...PACKAGES])
    const program = buttervolumeProgram()
    await rename(program, `${program}.new`)
    await command(join(folder, 'bin/python'), [`${program}.new`, '--version'])
    await rename(`${program}.new`, program)
  })
}

/** The original as a plugin that runs, by itself: no engine knows it. */
export interface Buttervolume extends AsyncDisposable {
  readonly socket: string
  /** Runs its command line against the plugin; resolves with what it prints. */
  readonly cli: (args: readonly string[]) => Promise<string>
  /** Everything that it wrote. */
  readonly log: () => string
}

/** Where it keeps its things, and what else its environment says. */
export interface ButtervolumeOptions {
  readonly volumesPath: string
  readonly snapshotsPath: string
  /** Where a far end puts what a request with `"Test": true` sends. */
  readonly receivedPath: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts it: `await using original = await buttervolume({ … })`. Needs the part `buttervolume`. */
export async function buttervolume(options: ButtervolumeOptions): Promise<Buttervolume> {
  const folder = temporaryDirectory('salvage-butter-')
  const socket = join(folder.path, 'btrfs.sock')
  const logFile = join(folder.path, 'log')
  const env = {
    BUTTERVOLUME_VOLUMES_PATH: options.volumesPath,
    BUTTERVOLUME_SNAPSHOTS_PATH: options.snapshotsPath,
    BUTTERVOLUME_TEST_REMOTE_PATH: options.receivedPath,
    BUTTERVOLUME_SCHEDULE: join(folder.path, 'schedule.csv'),
    BUTTERVOLUME_SOCKET: socket,
    ...options.env,
  }
  for (const path of [options.volumesPath, options.snapshotsPath, options.receivedPath])
    mkdirSync(path, { recursive: true })
  const out = openSync(logFile, 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', buttervolumeProgram(), 'run'], {
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env },
    detached: true,
  })
  closeSync(out)
  let running = true
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  void gone.then(() => (running = false))
  const log = (): string => readFileSync(logFile, 'utf8')
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await gone
    folder[Symbol.dispose]()
  }
  const until = Date.now() + START_MS
  while (!existsSync(socket)) {
    if (!running || Date.now() > until) {
      const words = log()
      await dispose()
      throw new Error(`buttervolume did not start:\n${words}`)
    }
    await sleep(POLL_MS)
  }
  return {
    socket,
    cli: async (args) => command(buttervolumeProgram(), args, { env }),
    log,
    [Symbol.asyncDispose]: dispose,
  }
}
