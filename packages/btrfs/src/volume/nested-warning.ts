import type { CallOptions, Finding } from '@salvage-kit/core'
import { holdsSubvolumes } from '../subvolume/nested-subvolume.ts'

/** `VOLUME.NESTED_LEFT_OUT` when a cut of the volume is not all of it. Never rejects: it goes on beside the cut. */
export async function nestedWarning(path: string, volume: string, options: CallOptions): Promise<readonly Finding[]> {
  try {
    if (!(await holdsSubvolumes(path, options))) return []
  } catch {
    // What keeps this from being read keeps the cut from being made, and that one tells.
    return []
  }
  return [
    {
      code: 'VOLUME.NESTED_LEFT_OUT',
      message: `volume ${JSON.stringify(volume)} holds other subvolumes, which are not in the copy`,
      why: 'BTRFS cuts one subvolume at a time; in the copy stands an empty directory in place of each',
      hint: 'list them with `btrfs subvolume list -o`; make plain directories of them if they belong to the volume',
    },
  ]
}
