import type { CallOptions } from '@salvage-kit/core'
import { noCommandOn } from '../command/commands-on.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'

/** Deletes a subvolume that a dead process may have left, once no command that it started can make it any more. */
export async function deleteIfThere(path: string, options: CallOptions): Promise<void> {
  await noCommandOn([path], options)
  if (await isSubvolume(path)) await deleteSubvolumes([path], options)
}
