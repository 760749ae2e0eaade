import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const call = promisify(execFile)

/** A database in a container of its own, gone when it is disposed of. */
export interface DatabaseContainer extends AsyncDisposable {
  readonly name: string
  /** What a script says there; rejects when it fails. */
  inside(script: string): Promise<string>
}

/** Starts one without a network; resolves when `ready` succeeds in it. `environment`: that of the service, never in argv. */
export async function databaseContainer(
  image: string,
  ready: string,
  {
    environment = {},
    command = [],
    init = true,
  }: {
    readonly environment?: Record<string, string>
    readonly command?: readonly string[]
    /** Without it the database is the first process. */
    readonly init?: boolean
  } = {},
): Promise<DatabaseContainer> {
  const name = `salvage-recipe-${randomBytes(4).toString('hex')}`
  const variables = Object.keys(environment).flatMap((key) => ['-e', key])
  const options = [...(init ? ['--init'] : []), '--label', 'salvage-recipe', '--network', 'none', ...variables]
  await call('docker', ['run', '-d', '--rm', '--name', name, ...options, image, ...command], {
    env: { ...process.env, ...environment },
  })
  const inside = async (script: string): Promise<string> => {
    const { stdout } = await call('docker', ['exec', name, 'sh', '-c', script], { maxBuffer: 64 * 1024 * 1024 })
    return stdout.trim()
  }
  const container: DatabaseContainer = {
    name,
    inside,
    async [Symbol.asyncDispose]() {
      await call('docker', ['rm', '-f', name])
    },
  }
  for (let left = 300; ; left -= 1) {
    try {
      await inside(ready)
      return container
    } catch (error) {
      if (left === 0) {
        await container[Symbol.asyncDispose]()
        throw error
      }
      await sleep(200)
    }
  }
}
