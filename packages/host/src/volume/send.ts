import { basename, join } from 'node:path'
import { perform } from '@salvage-kit/core'
import type { CallOptions, Progress, Reference, VerbRecord } from '@salvage-kit/core'
import type { BtrfsSettings, Sent } from '@salvage-kit/btrfs'
import type { OpenRig } from '../rig/open-rig.ts'
import { freshRunId } from '../tide/plan-tide.ts'

/** What sending takes. */
export interface SendVolumeOptions extends CallOptions {
  readonly onProgress?: (progress: Progress) => void
}

/**
 * Sends a snapshot to the same directory at a host and marks it as sent there. It locks the snapshot and the way to that
 * host, never the volume. Rejects with `LOCK.BUSY` when another send of the volume to that host goes on, and as
 * `sendSnapshot`. It has no way back in the journal: after a failure both ends are as before, and what a killed one left
 * there goes with the next. The catalog remembers it, good or not.
 */
export async function sendVolumeSnapshot(
  { rig, settings }: { readonly rig: OpenRig; readonly settings: BtrfsSettings },
  { snapshot, host }: { readonly snapshot: string; readonly host: string },
  { signal, onProgress }: SendVolumeOptions,
): Promise<Sent> {
  const { sendKeys, sendSnapshot, snapshotName, sshEnd } = await import('@salvage-kit/btrfs')
  // Else it could lead into another directory.
  snapshotName(snapshot)
  const far = sshEnd(host, settings)
  const request = {
    snapshot: join(settings.snapshotsPath, snapshot),
    far,
    directory: settings.snapshotsPath,
    markedFor: host,
  }
  const target: Reference = `btrfs:${snapshot}`
  const told = (progress: Progress): void => {
    rig.report({ type: 'lift.progress', target, progress })
    onProgress?.(progress)
  }
  return perform(
    rig,
    {
      runId: freshRunId(rig.now()),
      verb: `send to ${host}`,
      target,
      keys: sendKeys(snapshot, host),
      waitMs: 0,
      record: sendRecord(target, host),
      work: async (options) => sendSnapshot(request, { signal: options.signal, onProgress: told }),
    },
    { signal },
  )
}

function sendRecord(target: Reference, host: string): VerbRecord<Sent> {
  return {
    kind: 'send',
    done: ({ bytes, parent, already, findings }, liftMs) => {
      const base = parent === undefined ? {} : { parent: basename(parent) }
      const transfer = { host, bytes, ...base, ...(already ? { already } : {}) }
      return [{ target, outcome: 'good', liftMs, transfer, findings }]
    },
    failed: (finding, liftMs) => [{ target, outcome: 'failed', liftMs, transfer: { host }, findings: [finding] }],
  }
}
