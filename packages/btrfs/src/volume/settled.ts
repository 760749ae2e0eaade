import type { CallOptions } from '@salvage-kit/core'
import { kindAt, targetRef, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { performVerb } from './verb.ts'

/**
 * What stands under a volume's name once nobody is exchanging it: a restore, for the moment between its two renames or since
 * its process died in it, leaves nothing there. What dead processes left half done is put back. Costs nothing when
 * something is there. Rejects with `VOLUME.NAME` and as core's `perform`.
 */
export async function settledKind(
  host: VolumeHost,
  volume: string,
  { signal }: CallOptions,
): Promise<Awaited<ReturnType<typeof kindAt>>> {
  const path = volumePath(host.settings, volume)
  const kind = await kindAt(path)
  if (kind !== 'absent' || !(await isChanging(host, volume))) return kind
  const look = { verb: 'look', volume, locked: [volume], work: async () => Promise.resolve() }
  await performVerb(host, look, { signal })
  return kindAt(path)
}

async function isChanging({ rig }: VolumeHost, volume: string): Promise<boolean> {
  const target = targetRef(volume)
  return (await rig.journal.pending()).some(({ undo }) => undo.kind === 'effect' && undo.target === target)
}
