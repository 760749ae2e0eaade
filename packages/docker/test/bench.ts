import type { CallOptions } from '@salvage-kit/core'
import type { Dockerd } from '@salvage-kit/testbed'
import { docker as cli, part, privateDockerd } from '@salvage-kit/testbed'
import type { DockerEngine } from '../src/engine.ts'
import { dockerodeEngine } from '../src/dockerode-engine.ts'

/** Whether the suites with a real engine run. */
export const DOCKER: boolean = part('docker').available

/** The image of the test containers; they end at once with 0 on SIGTERM. */
export const IMAGE = 'salvage-test/busybox'

/** An engine of one's own, the client under test on it, and the command line to play the operator. */
export interface Bench extends AsyncDisposable {
  readonly dockerd: Dockerd
  readonly engine: DockerEngine
  /** Runs `docker ARGS…` on this engine; resolves with its trimmed output. */
  cli(...args: string[]): Promise<string>
  /** Starts a container of the test image without a network; resolves with its id. `args` go before the image. */
  app(name: string, ...args: string[]): Promise<string>
  /** Removes every container and volume of this engine. */
  clean(): Promise<void>
}

/** Starts a {@link Bench}, with further images of the shared engine. */
export async function bench(...images: readonly string[]): Promise<Bench> {
  const dockerd = await privateDockerd([IMAGE, ...images])
  const run = async (...args: string[]): Promise<string> => (await cli(dockerd.host, args)).trim()
  const rows = async (...args: string[]): Promise<string[]> => (await run(...args)).split('\n').filter(Boolean)
  return {
    dockerd,
    engine: dockerodeEngine({ host: dockerd.host }),
    cli: run,
    app: (name, ...args) => run('run', '--detach', '--network=none', `--name=${name}`, ...args, IMAGE),
    async clean() {
      const containers = await rows('ps', '--all', '--quiet')
      if (containers.length > 0) await run('rm', '--force', '--volumes', ...containers)
      const volumes = await rows('volume', 'ls', '--quiet')
      if (volumes.length > 0) await run('volume', 'rm', ...volumes)
    },
    [Symbol.asyncDispose]: () => dockerd[Symbol.asyncDispose](),
  }
}

/** Call options that nobody aborts. */
export function calm(): CallOptions {
  return { signal: new AbortController().signal }
}
