// What the parts of the BTRFS bench share: two file systems, an sshd, the original where it is installed.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { btrfsFileSystem, buttervolume, command, findPart, privateSshd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Buttervolume, PrivateSshd } from '@salvage-kit/testbed'

const MEGABYTES = 16_384

/** Where everything is. */
export interface Yard extends AsyncDisposable {
  /** Of the near file system, and what the programs under test take for theirs. */
  readonly volumes: string
  readonly snapshots: string
  /** Where what is sent to `localhost` appears: on another file system, which the sshd shows at the path of `snapshots`. */
  readonly received: string
  readonly sshd: PrivateSshd
  readonly original: Buttervolume | undefined
  /** A folder for state and sockets. */
  readonly folder: string
  /** For processes of ours: the settings as the original's environment has them, and a state directory. */
  readonly env: Readonly<Record<string, string>>
}

/** Makes a yard; `ssh` of this process and of what it starts leads to the yard's own sshd. */
export async function yard(): Promise<Yard> {
  const stack = new AsyncDisposableStack()
  try {
    const near = stack.use(await btrfsFileSystem({ megabytes: MEGABYTES }))
    const distant = stack.use(await btrfsFileSystem({ megabytes: MEGABYTES }))
    const folder = stack.use(temporaryDirectory('bench-btrfs-'))
    // The far end keeps its snapshots at the same path, as another machine would.
    const sshd = stack.use(await privateSshd({ instead: { [near.path]: distant.path } }))
    process.env['PATH'] = sshd.env.PATH
    // Its key becomes known: the original asks for none.
    await command('ssh', ['-o', 'StrictHostKeyChecking=accept-new', '-p', String(sshd.port), 'localhost', 'true'])
    const at = (name: string): string => join(near.path, name)
    const places = {
      volumesPath: at('volumes'),
      snapshotsPath: at('snapshots'),
      receivedPath: at('received'),
    }
    const received = join(distant.path, 'snapshots')
    for (const path of [...Object.values(places), received]) await mkdir(path)
    const found = findPart('buttervolume')
    if (!found.available) console.log(`without the original: ${found.reason}`)
    const original = found.available
      ? stack.use(await buttervolume({ ...places, env: { SSH_PORT: String(sshd.port) } }))
      : undefined
    const env = {
      BUTTERVOLUME_VOLUMES_PATH: places.volumesPath,
      BUTTERVOLUME_SNAPSHOTS_PATH: places.snapshotsPath,
      BUTTERVOLUME_SCHEDULE: join(folder.path, 'schedule.csv'),
      BUTTERVOLUME_SOCKET: join(folder.path, 'btrfs.sock'),
      SSH_PORT: String(sshd.port),
      SALVAGE_STATE: join(folder.path, 'state'),
    }
    const held = stack.move()
    return {
      volumes: places.volumesPath,
      snapshots: places.snapshotsPath,
      received,
      sshd,
      original,
      folder: folder.path,
      env,
      [Symbol.asyncDispose]: async () => held.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

/** Makes a volume with files of so many bytes in all that do not compress. */
export async function makeVolume(path: string, files: number, bytes: number): Promise<void> {
  await command('btrfs', ['subvolume', 'create', path])
  for (let n = 0; n < files; n += 1)
    await writeFile(join(path, `file-${String(n)}`), randomBytes(Math.ceil(bytes / files)))
}

/** Fills the near file system: so many empty volumes `v0`…, and so many snapshots of the volume `old`, five hours apart. */
export async function populate(
  { volumes, snapshots }: Yard,
  volumeCount: number,
  snapshotCount: number,
): Promise<void> {
  const paths = Array.from({ length: volumeCount }, (_, n) => join(volumes, `v${String(n)}`))
  await each(paths, 'btrfs -q subvolume create "$path"')
  await makeVolume(join(volumes, 'old'), 10, 40_960)
  const cuts = Array.from({ length: snapshotCount }, (_, n) => join(snapshots, `old@${timeText(n * 5 + 1)}`))
  await each(cuts, `btrfs -q subvolume snapshot -r '${join(volumes, 'old')}' "$path"`)
}

/** The time so many hours ago as the original writes it, which is local time. */
export function timeText(hoursAgo: number): string {
  const date = new Date(Date.now() - hoursAgo * 3_600_000)
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return `${local.toISOString().slice(0, 23)}001`
}

async function each(paths: readonly string[], line: string): Promise<void> {
  for (let first = 0; first < paths.length; first += 500) {
    const some = paths.slice(first, first + 500)
    await command('sh', ['-ec', `for path; do ${line}; done`, 'sh', ...some])
  }
}

/** What stands in a directory now; `restore` deletes the subvolumes that came since, outside of any figure. */
export async function standing(...directories: readonly string[]): Promise<{ readonly restore: () => Promise<void> }> {
  const known = new Set(await entries(directories))
  return {
    async restore() {
      const more = (await entries(directories)).filter((path) => !known.has(path))
      if (more.length > 0) await command('btrfs', ['subvolume', 'delete', ...more])
    },
  }
}

async function entries(directories: readonly string[]): Promise<readonly string[]> {
  const all = await Promise.all(directories.map(async (path) => (await readdir(path)).map((name) => join(path, name))))
  return all.flat().filter((path) => !path.includes('/.salvage-kit'))
}

const agent = new Agent({ keepAlive: true, maxSockets: 200 })

/** Calls a plugin over its socket as an engine would, on connections that it keeps; rejects when it says `Err`. */
export async function call(socketPath: string, path: string, body: unknown = {}, method = 'POST'): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request({ socketPath, path, method, agent }, (answer) => {
    void text(answer).then((told) => {
      if (answer.statusCode === 200 && /"Err": ?""/.test(told)) return resolve(told)
      return reject(new Error(`${path}: ${String(answer.statusCode)} ${told.slice(0, 500)}`))
    }, reject)
  })
  asked.once('error', reject)
  asked.end(method === 'GET' ? undefined : JSON.stringify(body))
  return promise
}
