import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from './temporary-directory.ts'

const START_MS = 30_000
/** What bcrypt makes of the password: a registry takes nothing else, and nothing at hand makes it. */
const HASH = '$2y$05$abcdefghijklmnopqrstuu10lxYOyE3chuoYxKhfTNqEK/po8Rjfe'
const USER = 'tester'
const PASSWORD = 'a pass:word'

/** An image registry on this machine that wants a user and a password. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`: engines speak to it without TLS. */
  readonly address: string
  /** For `DOCKER_CONFIG`: the right credentials, wrong ones, none. */
  readonly configs: { readonly right: string; readonly wrong: string; readonly none: string }
  /** Ends it and leaves its port to nobody. */
  readonly stop: () => Promise<void>
}

/** Starts a registry of Debian's package `docker-registry` with nothing in it. */
export async function registry(): Promise<Registry> {
  const folder = temporaryDirectory()
  const child = spawn('docker-registry', ['serve', await configFile(folder.path)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await gone
  }
  try {
    const address = await listening(child.stderr, gone)
    const config = async (name: string, password: string | undefined): Promise<string> => {
      const path = join(folder.path, name)
      await mkdir(path)
      const auth = Buffer.from(`${USER}:${password ?? ''}`).toString('base64')
      const auths = password === undefined ? {} : { [address]: { auth } }
      await writeFile(join(path, 'config.json'), JSON.stringify({ auths }))
      return path
    }
    const configs = {
      right: await config('right', PASSWORD),
      wrong: await config('wrong', 'another'),
      none: await config('none', undefined),
    }
    return {
      address,
      configs,
      stop,
      async [Symbol.asyncDispose]() {
        await stop()
        folder[Symbol.dispose]()
      },
    }
  } catch (error) {
    await stop()
    folder[Symbol.dispose]()
    throw error
  }
}

async function configFile(folder: string): Promise<string> {
  const users = join(folder, 'htpasswd')
  await writeFile(users, `${USER}:${HASH}\n`)
  const path = join(folder, 'config.json')
  // YAML takes JSON.
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: '127.0.0.1:0' },
    auth: { htpasswd: { realm: 'test', path: users } },
  }
  await writeFile(path, JSON.stringify(config))
  return path
}

async function listening(log: AsyncIterable<unknown>, gone: Promise<void>): Promise<string> {
  const found = Promise.withResolvers<string>()
  let text = ''
  const read = async (): Promise<void> => {
    // To the end, also when nobody looks for anything any more: a full pipe would stop the registry.
    for await (const piece of log) {
      if (text.length < 100_000) text += String(piece)
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1]
      if (address !== undefined) found.resolve(address)
    }
  }
  read().catch(found.reject)
  const timer = setTimeout(() => found.reject(new Error(`the registry did not start:\n${text}`)), START_MS)
  void gone.then(() => found.reject(new Error(`the registry ended:\n${text}`)))
  try {
    return await found.promise
  } finally {
    clearTimeout(timer)
  }
}
