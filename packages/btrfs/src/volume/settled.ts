import { isHalfExchanged } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { dockerRef, kindAt, targetRef, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { performVerb } from './verb.ts'

/**
 * What stands under a volume's name once nobody is exchanging it: a restore, for the moment between its two renames or since
 * its process died in it, leaves nothing there, and one in place leaves neither the former content nor the new one. What
 * dead processes left half done is put back. Locks nothing when nothing is. Rejects with `VOLUME.NAME` and as core's `perform`.
 */
export async function settledKind(
  host: VolumeHost,
  volume: string,
  { signal }: CallOptions,
): Promise<Awaited<ReturnType<typeof kindAt>>> {
  const path = volumePath(host.settings, volume)
  const kind = await kindAt(path)
  const isSettled = kind === 'absent' ? !(await isChanging(host, volume)) : !(await isHalf(host, volume, path))
  if (isSettled) return kind
  const look = { verb: 'look', volume, locked: [volume], isExchange: true, work: async () => Promise.resolve() }
  await performVerb(host, look, { signal })
  return kindAt(path)
}

/** Whether a volume, or what was just cut of it at `at`, is in the middle of being restored in place. */
export async function isHalf({ rig }: VolumeHost, volume: string, at: string): Promise<boolean> {
  const names = [targetRef(volume), dockerRef(volume)]
  for (const { undo } of await rig.journal.pending())
    if (undo.kind === 'swap' && names.includes(undo.target) && (await isHalfExchanged(undo.token, at))) return true
  return false
}

async function isChanging({ rig }: VolumeHost, volume: string): Promise<boolean> {
  const target = targetRef(volume)
  return (await rig.journal.pending()).some(({ undo }) => undo.kind === 'effect' && undo.target === target)
}
