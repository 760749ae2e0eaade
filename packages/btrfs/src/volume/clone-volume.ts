import type { Finding } from '@salvage-kit/core'
import { cutWhole } from './cut-whole.ts'
import { cutWithWarning } from './nested-warning.ts'
import type { CutOptions } from './nested-warning.ts'
import { kindAt, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { notSubvolume, requireVolume, volumeExistsAlready } from './refusal.ts'
import { settledKind } from './settled.ts'
import { performVerb } from './verb.ts'
import type { Verb } from './verb.ts'

/**
 * Makes a new volume with what another one holds at this moment. The findings tell what is not in it
 * (`VOLUME.NESTED_LEFT_OUT`). Rejects with `VOLUME.NAME`, `VOLUME.NOT_FOUND`, `VOLUME.PLAIN`, `VOLUME.EXISTS`, `BTRFS.*` and as
 * core's `perform`.
 */
export async function cloneVolume(
  host: VolumeHost,
  source: string,
  target: string,
  { signal, onFindings }: CutOptions,
): Promise<{ readonly findings: readonly Finding[] }> {
  const { settings } = host
  const path = volumePath(settings, target)
  await settledKind(host, source, { signal })
  const from = await requireVolume(settings, source)
  const work: Verb<void>['work'] = async (options) => {
    const kind = await kindAt(path)
    if (kind !== 'absent') throw kind === 'other' ? notSubvolume(target) : volumeExistsAlready(target)
    await cutWhole(host, source, path, { ...options, writable: true })
  }
  const { findings } = await cutWithWarning({ path: from, volume: source }, { signal, onFindings }, async () =>
    performVerb(host, { verb: 'clone', volume: target, locked: [target], work }, { signal }),
  )
  return { findings }
}
