import type { CallOptions, Finding } from '@salvage-kit/core'
import { cutWhole } from './cut-whole.ts'
import { nestedWarning } from './nested-warning.ts'
import { kindAt, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { notSubvolume, requireVolume, volumeExistsAlready } from './refusal.ts'
import { settledKind } from './settled.ts'
import { performVerb } from './verb.ts'

/**
 * Makes a new volume with what another one holds at this moment. The findings tell what is not in it
 * (`VOLUME.NESTED_LEFT_OUT`). Rejects with `VOLUME.NAME`, `VOLUME.NOT_FOUND`, `VOLUME.PLAIN`, `VOLUME.EXISTS`, `BTRFS.*` and as
 * core's `perform`.
 */
export async function cloneVolume(
  host: VolumeHost,
  source: string,
  target: string,
  { signal }: CallOptions,
): Promise<{ readonly findings: readonly Finding[] }> {
  const { settings } = host
  const path = volumePath(settings, target)
  await settledKind(host, source, { signal })
  const from = await requireVolume(settings, source)
  const warning = nestedWarning(from, source, { signal })
  const work = async (options: CallOptions): Promise<void> => {
    const kind = await kindAt(path)
    if (kind !== 'absent') throw kind === 'other' ? notSubvolume(target) : volumeExistsAlready(target)
    await cutWhole(host, source, path, { ...options, writable: true })
  }
  await performVerb(host, { verb: 'clone', volume: target, locked: [target], work }, { signal })
  return { findings: await warning }
}
