import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, privateDockerd } from '@salvage-kit/testbed'
import type { Dockerd } from '@salvage-kit/testbed'

/** The crane image of the docker package's own tests. */
const craneImage = fileURLToPath(new URL('../../../../docker/test/images/crane', import.meta.url))
const WAIT = ['sh', '-c', `trap 'exit 0' TERM; sleep 86400 & wait`]

/** An engine of our own with workloads of every kind over shared volumes. */
export interface Yard extends AsyncDisposable {
  readonly engine: Dockerd
  /** For state directories and archives. */
  readonly folder: string
  cli(...args: readonly string[]): Promise<string>
  /** The state of each workload and what of a run is left: must be as before. */
  state(): Promise<unknown>
  /** Puts one more container there and waits until it is up. */
  container(name: string, args: readonly string[]): Promise<void>
}

export const VOLUMES = ['data', 'shared', 'hooked', 'calm'] as const

/**
 * One group of five (stop, pause, a hook, one stopped and one paused by the operator) and one volume that nobody uses.
 */
export async function yard(): Promise<Yard> {
  const engine = await privateDockerd()
  const folder = await mkdtemp(join(tmpdir(), 'salvage-crash-'))
  const cli = async (...args: readonly string[]): Promise<string> =>
    (await command('docker', ['--host', engine.host, ...args])).trim()
  await cli('build', '--quiet', '--network=none', '--tag=salvage-test/crane', craneImage)
  const container = async (name: string, args: readonly string[]): Promise<void> => {
    await cli('run', '--detach', `--name=${name}`, ...args, 'salvage-test/busybox', ...WAIT)
  }
  for (const volume of VOLUMES) {
    await cli('volume', 'create', volume)
    const place = await cli('volume', 'inspect', '--format={{.Mountpoint}}', volume)
    for (const n of [1, 2, 3]) await writeFile(join(place, `file${String(n)}`), `${volume} ${String(n)}\n`.repeat(1000))
  }
  await container('stopper', ['--volume=data:/data', '--volume=shared:/shared'])
  await container('pauser', ['--volume=shared:/shared', '--label=salvage.action=pause'])
  await container('hooker', [
    '--volume=hooked:/hooked',
    '--volume=shared:/shared:ro',
    '--label=salvage.command.pre=touch /frozen',
    '--label=salvage.command.post=rm -f /frozen',
  ])
  await container('off', ['--volume=data:/data'])
  await cli('stop', 'off')
  await container('napping', ['--volume=data:/data', '--label=salvage.action=pause'])
  await cli('pause', 'napping')
  return {
    engine,
    folder,
    cli,
    container,
    state: async () => ({
      containers: (await cli('ps', '--all', '--format={{.Names}} {{.State}}')).split('\n').toSorted(),
      volumes: (await cli('volume', 'ls', '--format={{.Name}}')).split('\n').toSorted(),
      frozen: await cli('exec', 'hooker', 'sh', '-c', 'test -e /frozen && echo frozen || echo free'),
    }),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
