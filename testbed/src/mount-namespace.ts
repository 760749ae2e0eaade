import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { shareMounts } from './shared-mounts.ts'

const PLUGINS = '/run/docker/plugins'
const SCRIPT = `mount --bind "$1" ${PLUGINS} && echo ready && exec sleep infinity`

/** Where a machine's engines look for the sockets of plugins. */
export const MACHINE_PLUGINS: string = PLUGINS

/** A mount namespace and a network namespace that stay when the programs in them end. */
export interface MountNamespace extends AsyncDisposable {
  /** What runs a program in it: the words before that program's own. */
  readonly enter: readonly string[]
}

/**
 * Makes one in which a folder stands at the place of the plugins' sockets. What is mounted outside, before and after, is
 * seen in it where the mounts are shared: below a `btrfsFileSystem` always.
 */
export async function mountNamespace(plugins: string): Promise<MountNamespace> {
  await shareMounts()
  mkdirSync(PLUGINS, { recursive: true, mode: 0o700 })
  const args = ['unshare', '--net', '--mount', '--propagation', 'slave', 'sh', '-c', SCRIPT, 'sh', plugins]
  const keeper = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const gone = new Promise<void>((resolve) => keeper.once('exit', () => resolve()).once('error', () => resolve()))
  const ready = new Promise<boolean>((resolve) => {
    keeper.stdout.once('data', () => resolve(true))
    void gone.then(() => resolve(false))
  })
  if (!(await ready) || keeper.pid === undefined) throw new Error('no mount namespace can be made here')
  keeper.unref()
  const of = `/proc/${String(keeper.pid)}/ns`
  return {
    enter: ['nsenter', `--mount=${of}/mnt`, `--net=${of}/net`, '--'],
    async [Symbol.asyncDispose]() {
      keeper.kill('SIGKILL')
      await gone
    },
  }
}
