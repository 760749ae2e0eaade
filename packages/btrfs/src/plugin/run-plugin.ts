import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { deadline, findingOf, isSalvageError, newRunId } from '@salvage-kit/core'
import type { CallOptions, Finding, Rig, RunLock } from '@salvage-kit/core'
import { isVolumeName } from '../name/volume-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { UNMAKE } from '../volume/discard-effect.ts'
import { alreadyRunning } from './error.ts'
import { findRoute } from './find-route.ts'
import { preparePlaces } from './place.ts'
import { activatedDescriptor } from './socket/activation.ts'
import { listenAt, listenOn } from './socket/listen.ts'
import type { VolumeVerbs } from './volume-verbs.ts'
import { dockerVolumes } from './volume/docker-volumes.ts'

/** What {@link runPlugin} takes. */
export interface PluginOptions extends CallOptions {
  /** Its backends must have the effects of these settings. Warnings go to its reporter. */
  readonly rig: Rig
  readonly verbs: VolumeVerbs
  /** Called once, when the first call may come. Must not throw. */
  readonly onListening?: (socket: string) => void
  /** Where systemd says that it hands over a socket. Default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** How long calls that run are waited for at the end, in milliseconds. */
const STOP_MS = 60_000

/**
 * Serves Docker's volume plugin protocol, and the original's own calls, until the signal. Then the socket goes, calls that
 * run come to their end, long ones are aborted, and it resolves. At its start it takes back what dead processes left half
 * done on volumes: beside its work, but for volumes that were being made.
 *
 * Rejects at the start, and nothing listens, with `PLUGIN.PLACE` (no BTRFS, or not writable), `PLUGIN.RUNNING`,
 * `PLUGIN.SOCKET`. A file system that is read-only keeps nobody from what is there.
 */
export async function runPlugin(settings: BtrfsSettings, options: PluginOptions): Promise<void> {
  const { rig, verbs, signal, onListening, environment = process.env } = options
  signal.throwIfAborted()
  const odd = await preparePlaces(settings)
  await using _life = await takeLife(settings.socketPath, rig)
  const volumes = dockerVolumes({ settings, rig })
  const warn = (finding: Finding): void => rig.report({ type: 'warning', finding })
  const find = findRoute(settings, volumes, verbs)
  // Loaded here: a server takes fifty milliseconds to load, and the other verbs need none.
  const { pluginServer } = await import('./protocol/server.ts')
  const { server, stop } = pluginServer({ find, onBug: warn, signal })
  // An engine that says its last call again must not take what is half made for its volume.
  const recover = async (some: { readonly effect?: string } = {}): Promise<readonly Finding[]> =>
    volumes.recover({ ...some, signal }).catch((error: unknown) => [findingOf(error)])
  await recover({ effect: UNMAKE })
  const descriptor = activatedDescriptor(environment, process.pid)
  const socket = await (descriptor === undefined ? listenAt(server, settings.socketPath) : listenOn(server, descriptor))
  onListening?.(settings.socketPath)
  try {
    const recovering = recover()
    void recovering.then((findings) => (signal.aborted ? undefined : findings.forEach(warn)))
    for (const finding of [...odd, ...(await unreachable(settings.volumesPath))]) warn(finding)
    if (!signal.aborted) await once(signal, 'abort')
    await recovering
  } finally {
    socket.remove()
    using limit = deadline(STOP_MS)
    await stop({ signal: limit.signal })
  }
}

/** Two plugins at one socket would take its name from each other. The kernel ends this lock with the process. */
async function takeLife(socketPath: string, { locks, now }: Rig): Promise<RunLock> {
  const runId = newRunId(now(), randomBytes(4).toString('hex'))
  try {
    return await locks.acquire(runId, [`btrfs-plugin:${socketPath}`])
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'LOCK.BUSY') throw error
    throw alreadyRunning(socketPath, error)
  }
}

/** `VOLUME.NAME` for volumes of the original that have a name which is not accepted any more. */
async function unreachable(volumesPath: string): Promise<readonly Finding[]> {
  const names = (await readdir(volumesPath)).filter((name) => !isVolumeName(name) && !/^\..*salvage-/.test(name))
  return names.map((name) => ({
    code: 'VOLUME.NAME',
    message: `${JSON.stringify(name)} in ${volumesPath} is not shown as a volume`,
    why: 'a volume cannot have this name',
    hint: 'rename it: use letters, digits, ".", "_" and "-", beginning with a letter, a digit or "_"',
  }))
}
