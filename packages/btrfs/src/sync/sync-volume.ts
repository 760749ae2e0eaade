import { join } from 'node:path'
import { findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, TargetReport, VerbRecord } from '@salvage-kit/core'
import { sshEnd } from '../far/far-end.ts'
import { targetRef } from '../volume/place.ts'
import type { VolumeHost } from '../volume/place.ts'
import { requireVolume } from '../volume/refusal.ts'
import { removeSnapshots } from '../volume/remove-snapshots.ts'
import { snapshotVolume } from '../volume/snapshot-volume.ts'
import { performVerb } from '../volume/verb.ts'
import { syncFrom } from './sync-from.ts'

/** What {@link syncVolume} takes besides. */
export interface SyncOptions extends CallOptions {
  /** How long one host may take, in milliseconds. Default: six hours. A host that is silent ends earlier. */
  readonly hostMs?: number
  /** See `SshEnd`. */
  readonly configFile?: string
  /** Where the volumes are at the hosts, absolute. Default: where they are here. */
  readonly farVolumesPath?: string
}

/** What came of a sync. */
export interface SyncedVolume {
  /** What the volume held before; left out when no host was given, and when nothing came from any. */
  readonly snapshot?: string
  /** In the order given. `failure` is left out for a host from which everything came. */
  readonly hosts: readonly { readonly host: string; readonly failure?: Finding }[]
  readonly findings: readonly Finding[]
}

const HOST_MS = 6 * 60 * 60 * 1000

/**
 * Brings what is newer in a volume at other machines into the one here: of a file that both have, the newer stays, and
 * nothing is removed. A snapshot is taken first, and stays unless no host could be reached. The containers may run; what they read meanwhile is partly old, partly
 * new. A host that fails does not stop the others. The volume is among the volumes of each host under the same name.
 *
 * Rejects, before anything is connected or changed, with `HOST.NAME` of any host, `VOLUME.NAME`, `VOLUME.NOT_FOUND`,
 * `VOLUME.PLAIN`, `SYNC.BUSY`; then with what `snapshotVolume` rejects with.
 */
export async function syncVolume(
  host: VolumeHost,
  { volume, hosts }: { readonly volume: string; readonly hosts: readonly string[] },
  { signal, hostMs = HOST_MS, configFile, farVolumesPath = host.settings.volumesPath }: SyncOptions,
): Promise<SyncedVolume> {
  signal.throwIfAborted()
  const { settings } = host
  const ends = [...new Set(hosts)].map((name) => ({
    ...sshEnd(name, settings),
    ...(configFile === undefined ? {} : { configFile }),
  }))
  const path = await requireVolume(settings, volume)
  if (ends.length === 0) return { hosts: [], findings: [] }
  const work = async (options: CallOptions): Promise<SyncedVolume> => {
    const { snapshot, findings } = await snapshotVolume(host, volume, options)
    const done: SyncedVolume['hosts'][number][] = []
    let hasChanged = false
    for (const end of ends) {
      try {
        await syncFrom(end, { path, farPath: join(farVolumesPath, volume) }, { ...options, hostMs })
        done.push({ host: end.host })
        hasChanged = true
      } catch (error) {
        options.signal.throwIfAborted()
        if (!isSalvageError(error)) throw error
        hasChanged ||= !error.untouched
        done.push({ host: end.host, failure: findingOf(error) })
      }
    }
    if (hasChanged) return { snapshot, hosts: done, findings }
    // A schedule that calls a dead host each hour would fill the disk with what nobody needs.
    const isGone = await removeSnapshots(host, [snapshot], options).then(
      () => true,
      // The hosts' failures are what a person must hear of.
      () => false,
    )
    return { ...(isGone ? {} : { snapshot }), hosts: done, findings }
  }
  const record = syncRecord(volume, ends)
  const verb = { verb: 'sync', volume, locked: [`${volume}←`], waitMs: 0, work, record }
  try {
    return await performVerb(host, verb, { signal })
  } catch (error) {
    throw isSalvageError(error) && error.code === 'LOCK.BUSY' ? busy(volume, error) : error
  }
}

/** One target for each host. */
function syncRecord(volume: string, ends: readonly { readonly host: string }[]): VerbRecord<SyncedVolume> {
  const target = targetRef(volume)
  const told = (host: string, failure?: Finding): TargetReport => ({
    target,
    transfer: { host },
    outcome: failure === undefined ? 'good' : 'failed',
    findings: failure === undefined ? [] : [failure],
  })
  return {
    kind: 'sync',
    done: ({ hosts }) => hosts.map(({ host, failure }) => told(host, failure)),
    failed: (failure) => ends.map(({ host }) => told(host, failure)),
  }
}

function busy(volume: string, cause: SalvageError): SalvageError {
  return new SalvageError('SYNC.BUSY', `volume ${JSON.stringify(volume)} is being synchronised already`, {
    cause,
    why: cause.message,
    hint: 'wait until that is over',
    retryable: true,
    untouched: true,
  })
}
