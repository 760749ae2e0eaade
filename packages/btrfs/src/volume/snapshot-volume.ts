import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { cutWhole } from './cut-whole.ts'
import { requireFree, taken, withFreeName } from './free-name.ts'
import { cutWithWarning } from './nested-warning.ts'
import type { CutOptions } from './nested-warning.ts'
import { snapshotPath, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { requireVolume } from './refusal.ts'
import { settledKind } from './settled.ts'
import { performVerb } from './verb.ts'

/** A snapshot that was taken. */
export interface TakenSnapshot {
  /** `VOLUME@TIME`. */
  readonly snapshot: string
  /** What is not in it: `VOLUME.NESTED_LEFT_OUT`. */
  readonly findings: readonly Finding[]
}

/**
 * Cuts a volume, read-only, under a name that no other has. On disk when it resolves. Locks the snapshot alone, so that
 * neither another snapshot nor a mount waits. Rejects with `VOLUME.NAME`, `VOLUME.NOT_FOUND`, `VOLUME.PLAIN`, `BTRFS.*`.
 */
export async function snapshotVolume(
  host: VolumeHost,
  volume: string,
  { signal, onFindings }: CutOptions,
): Promise<TakenSnapshot> {
  signal.throwIfAborted()
  const kind = await settledKind(host, volume, { signal })
  const path = kind === 'subvolume' ? volumePath(host.settings, volume) : await requireVolume(host.settings, volume)
  const { result, findings } = await cutWithWarning({ path, volume }, { signal, onFindings }, async () =>
    withFreeName(host, volume, async (name) => take(host, volume, { signal, name })),
  )
  return { snapshot: result, findings }
}

async function take(
  host: VolumeHost,
  volume: string,
  { signal, name }: CallOptions & { readonly name: string },
): Promise<string> {
  const work = async (options: CallOptions): Promise<string> => {
    requireFree(host, name)
    await cutWhole(host, volume, snapshotPath(host.settings, name), options)
    return name
  }
  try {
    return await performVerb(host, { verb: 'snapshot', volume, locked: [name], waitMs: 0, work }, { signal })
  } catch (error) {
    throw isSalvageError(error) && error.code === 'LOCK.BUSY' ? taken(name, error) : error
  }
}
