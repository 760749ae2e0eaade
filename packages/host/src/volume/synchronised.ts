import { SalvageError } from '@salvage-kit/core'
import type { SyncedVolume } from '@salvage-kit/btrfs'

/** Throws `SYNC.PARTLY` when a host failed. */
export function hostsMustBeWhole(volume: string, { hosts }: Pick<SyncedVolume, 'hosts'>): void {
  const failed = hosts.flatMap(({ host, failure }) => (failure === undefined ? [] : [{ host, failure }]))
  const [first] = failed
  if (first === undefined) return
  const names = failed.map(({ host }) => host).join(', ')
  throw new SalvageError('SYNC.PARTLY', `volume ${volume} could not be synchronised from ${names}`, {
    why: first.failure.why ?? first.failure.message,
    ...(first.failure.hint === undefined ? {} : { hint: first.failure.hint }),
  })
}
