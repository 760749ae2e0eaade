import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { errorText } from '@salvage-kit/core'
import { docker, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd } from '@salvage-kit/testbed'
import { expect } from 'vitest'

/** The crane image of the docker package's own tests. */
const CRANE_FOLDER = fileURLToPath(new URL('../../../../packages/docker/test/images/crane', import.meta.url))
const WAIT = ['sh', '-c', `trap 'exit 0' TERM; sleep 86400 & wait`]
const GROUPS = 4

/** An engine of our own with twelve containers in four groups, and the configuration of a tide that covers them. */
export interface Yard extends AsyncDisposable {
  readonly engine: Dockerd
  readonly folder: string
  config(cron: string): object
  /** The state of each container and what of a run is left: must be as before. */
  state(): Promise<unknown>
  /** Restart policies have done their work. */
  calm(): Promise<void>
  /** The engine goes down with everything that it may have forgotten, and comes up, as with its machine. */
  reboot(): Promise<void>
}

/**
 * All of them are up again after an engine restart, as services are: what is down then is down because of us (an engine
 * that was killed leaves those that are to be up `unless-stopped` down by itself). In each group: one that is stopped, one that is paused, and one with commands; in one of
 * them the second is down.
 */
export async function yard(): Promise<Yard> {
  const engine = await privateDockerd()
  const temporary = temporaryDirectory()
  const folder = temporary.path
  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  await cli('build', '--quiet', '--network=none', '--tag=salvage-test/crane', CRANE_FOLDER)
  const names: string[] = []
  const container = async (name: string, ...args: string[]): Promise<void> => {
    names.push(name)
    await cli('run', '--detach', '--network=none', `--name=${name}`, ...args, 'salvage-test/busybox', ...WAIT)
  }
  for (let n = 1; n <= GROUPS; n += 1) {
    const volume = `data${String(n)}`
    await cli('volume', 'create', volume)
    const place = await cli('volume', 'inspect', '--format={{.Mountpoint}}', volume)
    await writeFile(join(place, 'file'), `${volume}\n`.repeat(1000))
    const mount = `--volume=${volume}:/data`
    await container(`stopper${String(n)}`, mount, '--restart=always', `--label=salvage.tide.d=g:${volume}`)
    await container(
      `pauser${String(n)}`,
      mount,
      `--restart=${n === GROUPS ? 'no' : 'always'}`,
      '--label=salvage.action=pause',
    )
    await container(
      `hooker${String(n)}`,
      mount,
      '--restart=always',
      '--label=salvage.command.pre=touch /frozen',
      '--label=salvage.command.post=rm -f /frozen',
    )
  }
  await cli('stop', `pauser${String(GROUPS)}`)
  const hookers = names.filter((name) => name.startsWith('hooker'))
  const calm = async (): Promise<void> => {
    await expect
      .poll(async () => cli('ps', '--all', '--filter=status=restarting', '--quiet'), { timeout: 20_000 })
      .toBe('')
  }
  return {
    engine,
    folder,
    config: (cron) => ({
      machine: 'crash',
      docker: { host: engine.host },
      cranes: { c: { image: 'salvage-test/crane', pull: 'never', env: { CRANE_SLEEP: '0.1' } } },
      tides: { d: { cron, crane: 'c', maxHold: '1m' } },
    }),
    state: async () => ({
      containers: (await cli('ps', '--all', '--format={{.Names}} {{.State}}')).split('\n').toSorted(),
      volumes: (await cli('volume', 'ls', '--format={{.Name}}')).split('\n').toSorted(),
      frozen: await Promise.all(
        hookers.map(async (name) =>
          cli('exec', name, 'sh', '-c', 'test -e /frozen && echo frozen || echo free').catch(errorText),
        ),
      ),
    }),
    calm,
    reboot: async () => {
      await engine.stop()
      await endShims(dirname(engine.socket))
      await engine.start()
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]()
      temporary[Symbol.dispose]()
    },
  }
}

/** The processes that hold containers of the engine in this folder: one that the engine forgot outlives every restart of it. */
async function endShims(folder: string): Promise<void> {
  const shims = async (): Promise<readonly number[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map(async (pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return pids.flatMap((pid, at) => {
      const line = lines[at] ?? ''
      return line.includes('containerd-shim') && line.includes(`${folder}/`) ? [Number(pid)] : []
    })
  }
  for (const pid of await shims()) process.kill(pid, 'SIGKILL')
  while ((await shims()).length > 0) await delay(50)
}
