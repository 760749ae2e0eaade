import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { btrfsFileSystem, command, privateSshd, temporaryDirectory } from '@salvage-kit/testbed'
import type { PrivateSshd } from '@salvage-kit/testbed'
import type { SshEnd } from '../../../src/far/far-end.ts'
import type { SendRequest } from '../../../src/send/send-request.ts'
import { listSubvolumes } from '../../../src/subvolume/list-subvolumes.ts'
import type { Subvolume } from '../../../src/subvolume/list-subvolumes.ts'

/** The name by which the far machine is known: of the ssh configuration, and of the markers. */
export const HOST = 'backup1'

const { signal } = new AbortController()

/** This machine and another one that it reaches by ssh, each with a BTRFS file system; in truth both are here. */
export interface TwoMachines extends AsyncDisposable {
  readonly sshd: PrivateSshd
  readonly volume: string
  readonly here: string
  readonly there: string
  readonly far: SshEnd
  /** Cuts the volume under a name; with so many new megabytes in it, if any. */
  readonly cut: (name: string, megabytes?: number) => Promise<string>
  readonly request: (name: string) => SendRequest
  /** Names of snapshots and markers, and of what is being received. */
  readonly namesHere: () => Promise<readonly string[]>
  readonly namesThere: () => Promise<readonly string[]>
  readonly incoming: () => Promise<readonly string[]>
  readonly received: (name: string) => Promise<Subvolume | undefined>
  /** From now on the far machine stops in the middle of receiving, until it is let go. */
  readonly hold: () => Promise<void>
  readonly letGo: () => Promise<void>
  /** The far machine's `btrfs receive` says this and fails, once. */
  readonly failOnce: (words: string) => Promise<void>
  /** What two trees differ in. */
  readonly differences: (name: string) => Promise<string>
}

/** What is special about the far one. */
export interface TwoMachinesOptions {
  readonly farMegabytes?: number
  readonly forcedCommand?: (directory: string) => string
}

export async function twoMachines({
  farMegabytes = 600,
  forcedCommand,
}: TwoMachinesOptions = {}): Promise<TwoMachines> {
  await using stack = new AsyncDisposableStack()
  const near = stack.use(await btrfsFileSystem({ megabytes: 600 }))
  const other = stack.use(await btrfsFileSystem({ megabytes: farMegabytes }))
  const tools = stack.use(temporaryDirectory('salvage-far-'))
  const [here, there] = [join(near.path, 's'), join(other.path, 's')]
  const volume = join(near.path, 'v')
  await Promise.all([mkdir(here), mkdir(there), command('btrfs', ['subvolume', 'create', volume])])
  await writeFile(join(volume, 'first'), 'first')
  await standIn(tools.path)
  const sshd = stack.use(
    await privateSshd({
      pathFirst: tools.path,
      ...(forcedCommand === undefined ? {} : { forcedCommand: forcedCommand(there) }),
    }),
  )
  const all = stack.move()
  const far: SshEnd = { kind: 'ssh', host: HOST, configFile: sshd.configFile }
  return {
    sshd,
    volume,
    here,
    there,
    far,
    cut: async (name, megabytes = 0) => {
      if (megabytes > 0) await writeFile(join(volume, name), randomBytes(megabytes * 1024 * 1024))
      await command('btrfs', ['subvolume', 'snapshot', '-r', volume, join(here, name)])
      return join(here, name)
    },
    request: (name) => ({ snapshot: join(here, name), far, directory: there, markedFor: HOST }),
    namesHere: async () => shown(here),
    namesThere: async () => shown(there),
    incoming: async () => shown(join(there, '.salvage-kit', 'incoming')),
    received: async (name) =>
      (await listSubvolumes(there, { signal, readOnly: true })).find((one) => one.name === name),
    hold: async () => writeFile(join(tools.path, 'hold'), ''),
    letGo: async () => rm(join(tools.path, 'hold'), { force: true }),
    failOnce: async (words) => writeFile(join(tools.path, 'fail'), words),
    differences: async (name) => command('diff', ['-r', '--no-dereference', join(here, name), join(there, name)]),
    [Symbol.asyncDispose]: async () => {
      await rm(join(tools.path, 'hold'), { force: true })
      await all.disposeAsync()
    },
  }
}

async function shown(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(() => [])).filter((name) => !name.startsWith('.')).toSorted()
}

/** A `btrfs` for the far machine that can be made to stop or fail. */
async function standIn(folder: string): Promise<void> {
  const script = `#!/bin/sh
if [ "$1" = receive ] && [ -e ${folder}/fail ]; then
  cat ${folder}/fail >&2
  rm ${folder}/fail
  exit 1
fi
if [ "$1" = receive ] && [ -e ${folder}/hold ]; then
  { head -c 2000000; while [ -e ${folder}/hold ]; do sleep 0.02; done; cat; } | /usr/bin/btrfs "$@"
  exit
fi
exec /usr/bin/btrfs "$@"
`
  await writeFile(join(folder, 'btrfs'), script)
  await chmod(join(folder, 'btrfs'), 0o755)
}
